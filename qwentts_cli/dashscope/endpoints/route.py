"""Which endpoint a model is asked at, and what that endpoint wants to be sent."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.endpoints import generation, synthesizer

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.dashscope.request import SynthesisRequest


class Route(Struct, frozen=True):
    """`path` goes on from the base URL."""

    path: str
    build_body: Callable[[SynthesisRequest], dict[str, Any]]


_ROUTES = {
    "generation": Route(generation.PATH, generation.build_body),
    "synthesizer": Route(synthesizer.PATH, synthesizer.build_body),
}


@cache
def find_route(model: str) -> Route:
    """The endpoint of a model; one that the catalogue does not know is told by how its name begins."""
    return _ROUTES[load_catalog().endpoint_of(model)]
