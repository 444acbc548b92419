"""Which endpoint answers which path, and how large a request it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.endpoints.customization import customize
from qwentts_cli.sandbox.endpoints.downloads import download
from qwentts_cli.sandbox.endpoints.generation import generate
from qwentts_cli.sandbox.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.exchange import Exchange
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.wire import Wire

# A request is some kilobytes, a voice sample up to 10 MB with Base64 counted.
SMALL_BODY = 1024 * 1024
_SAMPLE_BODY = 11 * 1024 * 1024

_API = "/api/v1"
_AUDIO_PREFIX = "/audio/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An endpoint: the one method it knows, who answers, and the largest body in bytes."""

    method: str
    answer: Callable[[Service, Exchange, Wire], None]
    max_body: int = SMALL_BODY


_DOWNLOAD = Route(method="GET", answer=download)
_ROUTES = {
    f"{_API}/services/aigc/multimodal-generation/generation": Route(method="POST", answer=generate),
    f"{_API}/services/audio/tts/customization": Route(method="POST", answer=customize, max_body=_SAMPLE_BODY),
}


def find_route(exchange: Exchange) -> Route:
    """Find who answers.

    Raises:
        ServiceError: 404 for an unknown path, 405 for the wrong method.
    """
    route = _DOWNLOAD if exchange.path.startswith(_AUDIO_PREFIX) else _ROUTES.get(exchange.path)
    if route is None:
        raise ServiceError(404, "NotFound", "The requested path does not exist.")
    if exchange.method != route.method:
        headers = {"Allow": route.method}
        raise ServiceError(405, "MethodNotAllowed", "Request method is not supported.", headers)
    return route


def max_body(path: str) -> int:
    """How many bytes a request to `path` may have."""
    return _ROUTES[path].max_body if path in _ROUTES else SMALL_BODY
