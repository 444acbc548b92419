"""Audio that was paid for, kept by what was asked for."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from qwentts_cli.audio.wav import MOST_CHANNELS, SAMPLE_BYTES, SAMPLE_RATES, Pcm
from qwentts_cli.errors import LocalError
from qwentts_cli.observer import once
from qwentts_cli.storage.atomic import atomic_write, remove_leftovers
from qwentts_cli.storage.os_errors import reason
from qwentts_cli.storage.private import check_folders_below, make_private_folder, open_private
from qwentts_cli.synthesis.word_times import check_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qwentts_cli.synthesis.word_times import Place

_SUFFIX = ".clip"
_SCHEMA = 2
_MAX_HEAD_BYTES = 1 << 18
_MOST_CHARACTERS = 1_000_000
# Pruning goes this far below the limit, so that the next object does not prune again.
_AFTER_PRUNING = 0.9


class Clip(Struct, frozen=True):
    """Verified audio, the characters that were billed for it, and of its words where they are and when.

    The text itself is not kept.
    """

    pcm: Pcm
    characters: int
    words: tuple[Place, ...] = ()


class CacheSize(NamedTuple):
    objects: int
    bytes: int


class Cache:
    """One file an object, named by its key; a head line with a checksum, and the samples.

    A cache that fails never fails the run: it calls `warn`, and the run goes on without it.
    """

    def __init__(self, folder: Path, *, max_bytes: int, warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._warn = warn
        self._warn_once = once(warn)
        self._is_changed = False

    def get(self, key: str) -> Clip | None:
        """Look an object up; a damaged one is dropped."""
        path = self._path(key)
        try:
            check_folders_below(self._folder, path)
            with os.fdopen(open_private(path, flags=os.O_RDONLY), "rb") as file:
                data = file.read()
                os.utime(path)
        except FileNotFoundError:
            return None
        except LocalError as error:
            self._warn_once(f"the cache is not used: {error.message}")
            return None
        except OSError as error:
            self._warn_once(f"the cache cannot be read: {error.strerror}")
            return None
        clip = _decode(data)
        if clip is None:
            self._warn("an object of the cache was damaged; it is made again")
            with suppress(OSError):
                path.unlink()
        return clip

    def has(self, key: str) -> bool:
        """Whether there is an object of this name; it may be damaged."""
        path = self._path(key)
        try:
            check_folders_below(self._folder, path)
            return path.is_file()
        except (LocalError, OSError):
            return False

    def put(self, key: str, clip: Clip) -> bool:
        """Keep an object; false if that failed."""
        path = self._path(key)
        try:
            make_private_folder(self._folder)
            make_private_folder(path.parent)
            with atomic_write(path, mode=0o600) as file:
                file.write(_encode(clip))
        except (OSError, LocalError) as error:
            self._warn_once(f"the cache cannot keep the audio: {reason(error)}")
            return False
        self._is_changed = True
        return True

    def size(self) -> CacheSize:
        found = list(self._objects())
        return CacheSize(len(found), sum(size for _, size, _ in found))

    def prune(self) -> CacheSize:
        """Remove what was used longest ago until the cache is within its limit; return what was removed."""
        found = sorted(self._objects(), reverse=True)
        room = self._max_bytes
        if sum(size for _, size, _ in found) > room:
            room = int(room * _AFTER_PRUNING)
        return self._remove(row for row in _beyond(found, room))

    def prune_if_changed(self) -> None:
        """At the end of a run: remove what killed runs left half-written, and prune after additions."""
        for shard in self._shards():
            remove_leftovers(shard)
        if self._is_changed:
            self.prune()

    def clear(self) -> CacheSize:
        """Remove every object, and nothing else; return what was removed."""
        return self._remove(self._objects())

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}{_SUFFIX}"

    def _objects(self) -> Iterator[tuple[float, int, Path]]:
        """Last use, size and path of each object."""
        for shard in self._shards():
            for path in shard.glob(f"{'[0-9a-f]' * 64}{_SUFFIX}"):
                with suppress(OSError):
                    facts = path.lstat()
                    yield facts.st_mtime, facts.st_size, path

    def _shards(self) -> Iterator[Path]:
        """The folders of objects; links are not followed."""
        if not self._folder.is_symlink():
            shards = self._folder.glob("[0-9a-f][0-9a-f]")
            yield from (shard for shard in shards if not shard.is_symlink())

    def _remove(self, objects: Iterator[tuple[float, int, Path]]) -> CacheSize:
        count = size = 0
        for _, object_size, path in objects:
            with suppress(OSError):
                path.unlink()
                count, size = count + 1, size + object_size
        return CacheSize(count, size)


def cache_key(scope: str, canonical_request: str) -> str:
    """The name of an object: a digest of all that decides the sound, and of which server made it."""
    text = json.dumps([_SCHEMA, scope, canonical_request], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _beyond(newest_first: list[tuple[float, int, Path]], room: int) -> Iterator[tuple[float, int, Path]]:
    for row in newest_first:
        room -= row[1]
        if room < 0:
            yield row


def _encode(clip: Clip) -> bytes:
    head = {
        "sha256": _digest(clip),
        "sample_rate": clip.pcm.sample_rate,
        "channels": clip.pcm.channels,
        "characters": clip.characters,
        **({"words": clip.words} if clip.words else {}),
    }
    return json.dumps(head).encode() + b"\n" + clip.pcm.data


def _decode(data: bytes) -> Clip | None:
    end = data.find(b"\n", 0, _MAX_HEAD_BYTES)
    try:
        head = json.loads(data[: max(end, 0)])
        pcm = Pcm(data[end + 1 :], _count(head["sample_rate"]), _count(head["channels"]))
        clip = Clip(pcm, _count(head["characters"]), check_places(head.get("words", ())))
        return clip if _is_sane(clip) and _digest(clip) == head["sha256"] else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST_CHARACTERS:
        raise ValueError
    return value


def _is_sane(clip: Clip) -> bool:
    """Whether the facts are those of speech, and the samples are whole.

    A wrong rate would allot memory or play for hours, and nobody is billed a million characters for a clip.
    """
    pcm = clip.pcm
    if pcm.sample_rate not in SAMPLE_RATES or not 0 < pcm.channels <= MOST_CHANNELS:
        return False
    return len(pcm.data) % (SAMPLE_BYTES * pcm.channels) == 0


def _digest(clip: Clip) -> str:
    """Of the samples and of what the head says about them."""
    facts = f"{clip.pcm.sample_rate} {clip.pcm.channels} {clip.characters}\n"
    words = json.dumps(clip.words) if clip.words else ""
    return hashlib.sha256(facts.encode() + words.encode() + clip.pcm.data).hexdigest()
