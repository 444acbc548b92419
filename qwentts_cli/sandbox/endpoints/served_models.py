"""Which models an address has, and which endpoint each belongs to."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.endpoints.request_body import refuse
from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.service_data import ServedModel

# Retired this many models by what the catalogue says of their end.
ENDED = "ended"
_REALTIME = re.compile(r"qwen.*-realtime(-.*)?")
_OTHER_ENDPOINT = {
    "generation": re.compile(r"(qwen-audio|cosyvoice|sambert)-.*"),
    "synthesizer": re.compile(r"qwen(3)?-(tts|omni).*"),
}


def find_model(service: Service, exchange: Exchange, name: object, *, endpoint: str) -> ServedModel:
    """Find the model that a request names.

    Raises:
        ServiceError: there is none of that name here, or it speaks elsewhere.
    """
    if not isinstance(name, str) or not name:
        raise ServiceError(
            400, "BadRequest.EmptyModel", 'Required parameter "model" missing or invalid, please check.'
        )
    model = service.data.models.get(name)
    if _REALTIME.fullmatch(name):
        refuse("current user api does not support http call")
    if model is not None and is_served(service, model, exchange.region):
        if model.endpoint != endpoint:
            _refuse_url()
        return model
    if model is None and _OTHER_ENDPOINT[endpoint].fullmatch(name):
        _refuse_url()
    raise ServiceError(404, "ModelNotFound", "Model can not be found.")


def is_served(service: Service, model: ServedModel, region: str) -> bool:
    """Whether a region has a model, and has it still."""
    if region and region not in model.regions:
        return False
    if model.id in service.retired:
        return False
    return ENDED not in service.retired or not has_ended(service, model, region)


def has_ended(service: Service, model: ServedModel, region: str) -> bool:
    """Whether the announced end, the region's or the earliest, lies in the past."""
    today = datetime.fromtimestamp(service.clock(), UTC).date()
    ends = [end for where, end in model.ends.items() if region in {"", where}]
    return any(end <= today for end in ends)


def _refuse_url() -> None:
    refuse("url error, please check url\uff01")
