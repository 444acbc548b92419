"""Audio that was paid for, kept: never a wrong sound, never too much, never a failed run."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.audio.wav import Pcm
from qwentts_cli.dashscope.endpoints.route import find_route
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.synthesis.cache import Cache, Clip, cache_key

if TYPE_CHECKING:
    from pathlib import Path

CLIP = Clip(Pcm(bytes(range(200)), 24000), 7, ((0, 6, 0, 350), (7, 12, 400, 900)))


class Warnings(list[str]):
    """What the user would have been told."""


@pytest.fixture
def warnings() -> Warnings:
    return Warnings()


@pytest.fixture
def cache(tmp_path: Path, warnings: Warnings) -> Cache:
    return Cache(tmp_path / "cache", max_bytes=1000, warn=warnings.append)


def key_of(text: str) -> str:
    return cache_key("server", SynthesisRequest(text, "Cherry", "m").canonical())


def only_file(tmp_path: Path) -> Path:
    [path] = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    return path


def test_what_was_put_is_got(cache: Cache, warnings: Warnings, tmp_path: Path) -> None:
    """The sound, its format and its price; private on disk, without the text."""
    assert cache.get(key_of("secret words")) is None
    assert not cache.has(key_of("secret words"))
    assert cache.put(key_of("secret words"), CLIP)
    assert cache.has(key_of("secret words"))
    assert cache.get(key_of("secret words")) == CLIP
    path = only_file(tmp_path)
    assert b"secret" not in path.read_bytes() + str(path.relative_to(tmp_path)).encode()
    assert path.stat().st_mode & 0o777 == 0o600
    assert {folder.stat().st_mode & 0o777 for folder in (path.parent, tmp_path / "cache")} == {0o700}
    assert warnings == []


def test_no_changed_byte_is_served(cache: Cache, warnings: Warnings, tmp_path: Path) -> None:
    """Each byte of an object, head and sound, is under its checksum; a damaged one is dropped and told of."""
    key = key_of("x")
    cache.put(key, CLIP)
    path = only_file(tmp_path)
    whole = path.read_bytes()
    chance = random.Random(3)
    for place in range(len(whole)):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        assert cache.get(key) in {None, CLIP}  # of the head's JSON, a changed space means nothing
        if not path.exists():
            assert warnings.pop().endswith("made again")
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        assert cache.get(key) is None
        assert not path.exists()


@pytest.mark.parametrize("head", [b"", b"{}", b"[]", b"null", b'{"sha256": 1}', b"[" * 3000, b"\xff" * 4096])
def test_an_object_without_a_head(cache: Cache, tmp_path: Path, head: bytes) -> None:
    """Whatever stands there, it is no sound and no failure."""
    cache.put(key_of("x"), CLIP)
    only_file(tmp_path).write_bytes(head + b"\n" + CLIP.pcm.data)
    assert cache.get(key_of("x")) is None


@pytest.mark.parametrize(
    ("clip", "is_taken"),
    [
        (Clip(Pcm(bytes(200), 24_000), 0), True),
        (Clip(Pcm(bytes(160), 24_000, 8), 1_000_000), True),
        (Clip(Pcm(bytes(200), 24_000, 0), 7), False),
        (Clip(Pcm(bytes(180), 24_000, 9), 7), False),
        (Clip(Pcm(bytes(202), 24_000, 2), 7), False),
        (Clip(Pcm(bytes(200), 24_000), 1_000_001), False),
        (Clip(Pcm(bytes(200), 24_000), -1), False),
        (Clip(Pcm(bytes(200), 3_999), 7), False),
    ],
)
def test_what_no_speech_can_be_is_not_taken(cache: Cache, clip: Clip, is_taken: bool) -> None:  # noqa: FBT001 - a table
    """Even with a right checksum: at a wrong rate it would play for hours."""
    cache.put(key_of("x"), clip)
    assert cache.get(key_of("x")) == (clip if is_taken else None)


def test_used_longest_ago_goes_first(cache: Cache, tmp_path: Path) -> None:
    """Reading counts as use; pruning leaves some room, so that it is not needed each time."""
    for number in range(4):
        cache.put(key_of(str(number)), CLIP)
    for age, path in enumerate(sorted((tmp_path / "cache").rglob("*.clip"))):
        os.utime(path, (age, age))
    oldest = min((tmp_path / "cache").rglob("*.clip"), key=lambda path: path.stat().st_mtime)
    assert cache.get(oldest.stem) == CLIP
    removed = cache.prune()
    left = cache.size()
    assert oldest.exists()
    assert (removed.objects, left.objects) == (2, 2)
    assert left.bytes <= 900
    assert cache.prune().objects == 0


def test_what_just_fits_stays(cache: Cache, tmp_path: Path, warnings: Warnings) -> None:
    """A byte more, and the older one goes."""
    for text in ("a", "b"):
        cache.put(key_of(text), CLIP)
    size = cache.size().bytes
    for room, removed in ((size, 0), (size - 1, 1)):
        small = Cache(tmp_path / "cache", max_bytes=room, warn=warnings.append)
        assert small.prune().objects == removed


def test_clearing_removes_nothing_else(cache: Cache, tmp_path: Path) -> None:
    """Foreign files stay, and links are not followed."""
    cache.put(key_of("x"), CLIP)
    folder = tmp_path / "cache"
    elsewhere = tmp_path / "elsewhere" / "aa"
    elsewhere.mkdir(parents=True)
    precious = elsewhere / f"{'a' * 64}.clip"
    precious.touch()
    (folder / "ab").symlink_to(elsewhere)
    (folder / "notes.txt").touch()
    linked = folder / "cd" / f"{'c' * 64}.clip"
    linked.parent.mkdir(exist_ok=True)
    linked.symlink_to(precious)
    assert cache.clear().objects == 2
    assert precious.exists()
    assert (folder / "notes.txt").exists()
    assert not linked.is_symlink()


def test_a_folder_that_is_a_link_is_left_alone(tmp_path: Path, warnings: Warnings) -> None:
    """Nothing is counted or removed behind it."""
    target = tmp_path / "target"
    Cache(target, max_bytes=0, warn=warnings.append).put(key_of("x"), CLIP)
    (tmp_path / "link").symlink_to(target)
    cache = Cache(tmp_path / "link", max_bytes=0, warn=warnings.append)
    assert (cache.size().objects, cache.prune().objects, cache.clear().objects) == (0, 0, 0)
    assert len(list(target.rglob("*.clip"))) == 1


def test_what_is_behind_a_planted_link_is_not_taken(cache: Cache, tmp_path: Path, warnings: Warnings) -> None:
    """Whoever planted it knows what is there."""
    key = key_of("x")
    cache.put(key, CLIP)
    shard = tmp_path / "cache" / key[:2]
    shard.rename(tmp_path / "elsewhere")
    shard.symlink_to(tmp_path / "elsewhere")
    assert cache.get(key) is None
    assert not cache.has(key)
    assert not cache.put(key, CLIP)
    assert len(warnings) == 2


def test_what_killed_runs_left_goes(cache: Cache, tmp_path: Path) -> None:
    """At the end of a run that changed nothing, too."""
    cache.put(key_of("x"), CLIP)
    left = tmp_path / "cache" / "ff" / ".qwentts-0.part"
    left.parent.mkdir(exist_ok=True)
    left.touch()
    Cache(tmp_path / "cache", max_bytes=1000, warn=print).prune_if_changed()
    assert not left.exists()
    assert cache.get(key_of("x")) == CLIP


def test_a_cache_that_fails_says_so(tmp_path: Path, warnings: Warnings) -> None:
    """A file where its folder should be: told, and false."""
    (tmp_path / "cache").touch()
    cache = Cache(tmp_path / "cache", max_bytes=1, warn=warnings.append)
    assert not cache.put(key_of("x"), CLIP)
    assert cache.get(key_of("x")) is None
    assert len(warnings) == 2
    assert (cache.size().objects, cache.clear().objects) == (0, 0)


FIELDS = st.tuples(
    st.sampled_from(["a", "b", "a b", "", '"', "\\", "\x1f"]),
    st.sampled_from(["Cherry", "Ethan", "Cherry\x1f"]),
    st.sampled_from(["m", "m2"]),
    st.sampled_from([None, "English", "Chinese"]),
    st.sampled_from([None, "Fast"]),
    st.booleans(),
)


@given(FIELDS, FIELDS, st.sampled_from(["s", "t"]), st.sampled_from(["s", "t"]))
def test_equal_keys_mean_equal_requests(
    one: tuple[str, str, str, None, None, bool], other: tuple[str, str, str, None, None, bool], s: str, t: str
) -> None:
    """What decides the sound, and who made it, decides the key, and nothing else does."""
    first, second = SynthesisRequest(*one), SynthesisRequest(*other)
    is_same = s == t and _body(first) == _body(second)
    assert (cache_key(s, first.canonical()) == cache_key(t, second.canonical())) == is_same


def _body(request: SynthesisRequest) -> dict[str, Any]:
    return find_route(request.model).build_body(request)


OLD_KEY = "dc2a29cbdbe0be64869a5019ae71e043fe93cd96ebb844e7ef3ea60a3a86e2e3"


def test_the_key_of_an_old_request_is_as_it_was() -> None:
    """What 0.1.0 paid for is found again: its requests had none of the options that came later."""
    old = ("Hello, 你好.", "Cherry", "qwen3-tts-instruct-flash", "English", "Calm.", True)
    request = SynthesisRequest(*old)
    assert cache_key("https://x/api/v1", request.canonical()) == OLD_KEY
