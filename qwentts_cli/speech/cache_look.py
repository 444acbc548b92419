"""A look into the cache: which requests would cost nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.errors import LocalError
from qwentts_cli.speech.wiring import open_cache, sandbox_scope
from qwentts_cli.synthesis.cache import Cache, cache_key

if TYPE_CHECKING:
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.observer import Observer
    from qwentts_cli.speech.context import Context
    from qwentts_cli.speech.options import CacheUse


class CacheLook:
    """Tells which requests have their sound in the cache already.

    Args:
        cache: where sound is kept; `None` where it is not used.
        scope: what the cache knows the server by.
    """

    def __init__(self, cache: Cache | None, scope: str) -> None:
        self._cache = cache
        self._scope = scope

    def has(self, request: SynthesisRequest) -> bool:
        """Whether it would cost nothing."""
        if self._cache is None:
            return False
        return self._cache.has(cache_key(self._scope, request.canonical()))


def look_into_cache(context: Context, cache_use: CacheUse, observer: Observer) -> CacheLook:
    """The cache as a run with these options would use it; nothing is sent."""
    if not (cache_use.is_on and cache_use.is_read):
        return CacheLook(None, "")
    try:
        cache = open_cache(context.settings, observer)
    except LocalError:  # without a home folder nothing is kept
        return CacheLook(None, "")
    if not context.is_sandbox:
        return CacheLook(cache, context.endpoint.base_url)
    from qwentts_cli.sandbox.server import Sandbox

    scope = sandbox_scope(Sandbox().voice_engine)
    return CacheLook(cache, scope)
