"""Audio that was paid for before, in the cache or still to be fetched."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.synthesis.cache import Cache, Clip, cache_key

if TYPE_CHECKING:
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.dashscope.wire import Answer
    from qwentts_cli.synthesis.unfetched import UnfetchedAudio


class Store(Struct, frozen=True, kw_only=True):
    """`scope` names the server; without `is_read`, audio is only added.

    Each of `cache` and `pending` may be missing where its folder cannot be written; the other still serves.
    """

    cache: Cache | None
    pending: UnfetchedAudio | None
    scope: str
    is_read: bool = True

    def key(self, request: SynthesisRequest) -> str:
        return cache_key(self.scope, request.canonical())

    def turn(self, key: str) -> AbstractContextManager[None]:
        """Let one at a time ask for `key`, so that nothing is bought twice at once."""
        return self.pending.turn(key) if self.pending else nullcontext()

    def find(self, key: str) -> Clip | None:
        return self.cache.get(key) if self.cache and self.is_read else None

    def keep(self, key: str, clip: Clip) -> None:
        if self.cache and self.cache.put(key, clip):
            self.forget_answer(key)

    def find_answer(self, key: str, text: str) -> Answer | None:
        """The answer of an earlier run, whose audio is still to be fetched."""
        return self.pending.get(key, text) if self.pending else None

    def keep_answer(self, key: str, text: str, answer: Answer) -> None:
        if self.pending and answer.url:
            self.pending.put(key, text, answer)

    def forget_answer(self, key: str) -> None:
        if self.pending:
            self.pending.drop(key)

    def tidy(self) -> None:
        """At the end of a run: remove what is too much or too old."""
        if self.cache:
            self.cache.prune_if_changed()
        if self.pending:
            self.pending.forget_dead()
