"""Which endpoint answers which path, and how large a request it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.addresses import find_address
from qwentts_cli.sandbox.endpoints.customization.customize import customize
from qwentts_cli.sandbox.endpoints.downloads import download
from qwentts_cli.sandbox.endpoints.generation import generate
from qwentts_cli.sandbox.endpoints.model_lists import answer_limits, answer_models
from qwentts_cli.sandbox.endpoints.plain_answer import plain_answer
from qwentts_cli.sandbox.endpoints.speech_synthesizer import synthesize_speech
from qwentts_cli.sandbox.endpoints.uploads import STORAGE_PATH, permit_upload, store_upload
from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter
    from qwentts_cli.sandbox.service import Service

# A request is some kilobytes, a voice sample up to 10 MB with Base64 or the fields of a form counted.
SMALL_BODY = 1024 * 1024
_SAMPLE_BODY = 11 * 1024 * 1024

_API = "/api/v1"
_TTS = f"{_API}/services/audio/tts"
_AUDIO_PREFIX = "/audio/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An endpoint: the one method it knows, who answers, and the largest body in bytes."""

    method: str
    answer: Callable[[Service, Exchange, ResponseWriter], None]
    max_body: int = SMALL_BODY


_DOWNLOAD = Route(method="GET", answer=download)
_ROUTES = {
    f"{_API}/services/aigc/multimodal-generation/generation": Route(method="POST", answer=generate),
    f"{_TTS}/SpeechSynthesizer": Route(method="POST", answer=synthesize_speech),
    f"{_TTS}/customization": Route(
        method="POST", answer=plain_answer("customization", customize), max_body=_SAMPLE_BODY
    ),
    f"{_API}/models": Route(method="GET", answer=plain_answer("models", answer_models)),
    f"{_API}/models/limits": Route(method="GET", answer=plain_answer("models", answer_limits)),
    f"{_API}/uploads": Route(method="GET", answer=plain_answer("upload", permit_upload)),
    STORAGE_PATH: Route(method="POST", answer=plain_answer("upload", store_upload), max_body=_SAMPLE_BODY),
}


def find_route(service: Service, exchange: Exchange) -> Route:
    """Find who answers, and note which host is meant.

    Raises:
        ServiceError: 404 for an unknown path, 405 for the wrong method.
    """
    path = find_address(exchange, regions=service.data.regions, default=service.region)
    route = _DOWNLOAD if path.startswith(_AUDIO_PREFIX) else _ROUTES.get(path)
    if route is None:
        raise ServiceError(404, "NotFound", "The requested path does not exist.")
    if exchange.method != route.method:
        headers = {"Allow": route.method}
        raise ServiceError(405, "MethodNotAllowed", "Request method is not supported.", headers)
    return route


def max_body(path: str) -> int:
    """How many bytes a request to `path` may have, whichever host it names."""
    return next((route.max_body for end, route in _ROUTES.items() if path.endswith(end)), SMALL_BODY)
