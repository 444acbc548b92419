"""The voices that this user had made: what each is called here, and the only model it speaks with."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict

from qwentts_cli.errors import LocalError
from qwentts_cli.settings.paths import data_folder
from qwentts_cli.storage.atomic import atomic_write, remove_leftovers
from qwentts_cli.storage.locks import wait_for_lock
from qwentts_cli.storage.os_errors import os_errors_as_local
from qwentts_cli.storage.private import make_private_folder, read_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READY = "OK"
_PRIVATE = 0o600


class OwnVoice(Struct, frozen=True, kw_only=True):
    """A voice that was cloned or designed.

    `name` is what it is called here, `id` what the service calls it. `maker` is the service's model that made
    it, `server` the region it was made in, or another server's host. `language` is the code of the one it was
    made of, if that was told. `status` is what the service said last, and `created` its time, as it tells it.
    """

    name: str
    id: str
    model: str
    maker: str
    server: str
    profile: str = ""
    language: str = ""
    status: str = READY
    created: str = ""

    @property
    def is_ready(self) -> bool:
        return self.status == READY


def voices_file() -> Path:
    """Where they are remembered."""
    return data_folder() / "voices.json"


def load_own_voices() -> list[OwnVoice]:
    """All that are remembered, of every server.

    Raises:
        LocalError: the file cannot be read, or is not ours.
    """
    try:
        path = voices_file()
    except LocalError:  # without a home folder nothing is remembered
        return []
    with os_errors_as_local(path, to="read"):
        try:
            return _parse(read_private(path), path)
        except (FileNotFoundError, NotADirectoryError):
            return []


def known_by_id(voice_id: str) -> OwnVoice | None:
    """The voice that the service calls so, if it is remembered; its ids are unlike any other's."""
    with suppress(LocalError):
        return next((voice for voice in load_own_voices() if voice.id == voice_id), None)
    return None


@contextmanager
def change_own_voices() -> Iterator[list[OwnVoice]]:
    """Give the list to be changed; it is kept when the block ends well.

    Raises:
        LocalError: the file cannot be read or written.
    """
    path = voices_file()
    with os_errors_as_local(path):
        make_private_folder(path.parent)
    with wait_for_lock(path.with_name(f".{path.name}.lock")):
        voices = load_own_voices()
        yield voices
        remove_leftovers(path.parent)
        with atomic_write(path, mode=_PRIVATE) as file:
            rows = [asdict(voice) for voice in voices]
            file.write(json.dumps({"voices": rows}, ensure_ascii=False, indent=1).encode())


def keep_own_voice(voice: OwnVoice) -> None:
    """Remember a voice, in the place of what was known of it."""
    with change_own_voices() as voices:
        voices[:] = [other for other in voices if (other.id, other.server) != (voice.id, voice.server)]
        voices.append(voice)


def forget_own_voice(voice: OwnVoice) -> None:
    with change_own_voices() as voices:
        voices[:] = [other for other in voices if (other.id, other.server) != (voice.id, voice.server)]


def _parse(data: bytes, path: Path) -> list[OwnVoice]:
    try:
        rows = json.loads(data)["voices"]
        return [_voice(row) for row in rows]
    except (ValidationError, ValueError, TypeError, KeyError, RecursionError):
        raise LocalError(
            f"{path} is damaged",
            hint="Move it away; 'qwentts voices list --mine' asks the service for your voices.",
        ) from None


def _voice(row: object) -> OwnVoice:
    voice = convert(row, OwnVoice)
    if not all(value.isprintable() for value in asdict(voice).values()):
        raise ValueError
    return voice
