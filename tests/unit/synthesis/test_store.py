"""Audio that was paid for before: each place serves also without the other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.audio.wav import Pcm
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.dashscope.wire import Answer
from qwentts_cli.synthesis.cache import Cache, Clip
from qwentts_cli.synthesis.store import Store
from qwentts_cli.synthesis.unfetched import UnfetchedAudio

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash")
CLIP = Clip(Pcm(bytes(2000), 24_000), 3)
LINKED = Answer("r", url="https://a.x/a.wav", is_last=True)


def open_store(folder: Path, *, has_cache: bool = True, has_pending: bool = True) -> Store:
    return Store(
        cache=Cache(folder / "cache", max_bytes=1000, warn=pytest.fail) if has_cache else None,
        pending=UnfetchedAudio(folder / "pending", server="s", warn=pytest.fail) if has_pending else None,
        scope="s",
    )


@pytest.mark.parametrize("has_cache", [False, True])
@pytest.mark.parametrize("has_pending", [False, True])
def test_what_was_asked_for_is_found_where_there_is_a_place(
    tmp_path: Path,
    has_cache: bool,  # noqa: FBT001 - a table
    has_pending: bool,  # noqa: FBT001 - a table
) -> None:
    """Once the sound is kept, its address is not; where it cannot be kept, the address still serves."""
    store = open_store(tmp_path, has_cache=has_cache, has_pending=has_pending)
    key = store.key(REQUEST)
    with store.turn(key):
        store.keep_answer(key, REQUEST.text, LINKED)
        assert store.find_answer(key, REQUEST.text) == (LINKED if has_pending else None)
        store.keep(key, CLIP)
        assert store.find(key) == (CLIP if has_cache else None)
        is_left = has_pending and not has_cache
        assert store.find_answer(key, REQUEST.text) == (LINKED if is_left else None)
        store.forget_answer(key)
        assert store.find_answer(key, REQUEST.text) is None
        store.tidy()


def test_an_answer_without_an_address_is_not_kept(tmp_path: Path) -> None:
    """It has its sound with it."""
    store = open_store(tmp_path)
    with store.turn("k"):
        store.keep_answer("k", REQUEST.text, Answer("r", b"RIFF", is_last=True))
        assert store.find_answer("k", REQUEST.text) is None


def test_at_the_end_what_is_too_much_or_too_old_goes(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.turn("k"):
        store.keep_answer("k", REQUEST.text, LINKED)
    [address] = tmp_path.glob("pending/*")
    os.utime(address, (0, 0))
    store.keep(store.key(REQUEST), CLIP)
    store.tidy()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
