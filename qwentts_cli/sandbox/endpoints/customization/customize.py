"""POST /services/audio/tts/customization: one's own voices, by three makers with a language each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.endpoints.customization.qwen_voice_design import DESIGN_ACTIONS
from qwentts_cli.sandbox.endpoints.customization.qwen_voice_enrollment import CLONE_ACTIONS
from qwentts_cli.sandbox.endpoints.customization.voice_enrollment import ENROLLMENT_ACTIONS
from qwentts_cli.sandbox.endpoints.request_body import input_of, read_json, refuse
from qwentts_cli.sandbox.endpoints.served_models import ENDED
from qwentts_cli.sandbox.http.reply import ServiceError, json_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.http.reply import Reply
    from qwentts_cli.sandbox.service import Service

    # Does it, and gives the output and how many voices are billed.
    Action = Callable[[Service, Exchange, dict[str, Any]], tuple[dict[str, Any], int]]

_MAKERS: Mapping[str, Mapping[str, Action]] = {
    "qwen-voice-enrollment": CLONE_ACTIONS,
    "qwen-voice-design": DESIGN_ACTIONS,
    "voice-enrollment": ENROLLMENT_ACTIONS,
}
# Announced to have ended on 2026-10-10.
_ENDED_MAKERS = frozenset(("qwen-voice-enrollment", "qwen-voice-design"))


def customize(service: Service, exchange: Exchange) -> Reply:
    """Answer a request about custom voices.

    Raises:
        ServiceError: the request is refused.
    """
    service.access.check(exchange)
    fields = read_json(exchange.body)
    exchange.model = str(fields.get("model", ""))
    if exchange.model not in _MAKERS or _is_retired(service, exchange.model):
        raise ServiceError(404, "ModelNotFound", "Model can not be found.")
    given = input_of(fields)
    actions = _MAKERS[exchange.model]
    action = actions.get(str(given.get("action")))
    if action is None:
        refuse(f"action must be one of {', '.join(actions)}.")
    output, count = action(service, exchange, given)
    payload = {"output": output, "usage": {"count": count}, "request_id": exchange.request_id}
    return json_reply(200, payload, exchange.request_id)


def _is_retired(service: Service, maker: str) -> bool:
    return maker in service.retired or (ENDED in service.retired and maker in _ENDED_MAKERS)
