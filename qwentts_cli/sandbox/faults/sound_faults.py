"""Faults of the sound itself: the file is whole and proves itself, but it says too little or too much."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.faults.fault_kind import FaultKind

if TYPE_CHECKING:
    from qwentts_cli.sandbox.formats.sound_format import SoundFormat
    from qwentts_cli.sandbox.http.reply import Reply

_PER_CENT = r"\d{1,4}"
_OTHER_CONTAINERS = "mp3|opus|pcm"


def _short(pcm: bytes, sound: SoundFormat, share: str) -> tuple[bytes, SoundFormat]:
    return pcm[: _share(pcm, share)], sound


def _silence(pcm: bytes, sound: SoundFormat, share: str) -> tuple[bytes, SoundFormat]:
    silent = min(len(pcm), _share(pcm, share))
    return pcm[: len(pcm) - silent] + bytes(silent), sound


def _long(pcm: bytes, sound: SoundFormat, share: str) -> tuple[bytes, SoundFormat]:
    wanted = _share(pcm, share)
    return (pcm * (wanted // max(1, len(pcm)) + 1))[:wanted], sound


def _in_container(pcm: bytes, sound: SoundFormat, container: str) -> tuple[bytes, SoundFormat]:
    return pcm, replace(sound, container=container)


def _share(pcm: bytes, per_cent: str) -> int:
    """So many bytes of whole samples."""
    return len(pcm) * int(per_cent) // 100 // 2 * 2


SOUND_KINDS: dict[str, FaultKind[Reply]] = {
    "short": FaultKind(
        None,
        "stops early: only that share of the sound, in per cent, in a file that is right otherwise",
        argument="P",
        pattern=_PER_CENT,
        default="40",
        alter=_short,
    ),
    "silence": FaultKind(
        None,
        "falls silent: that share of the sound, in per cent and from its end, is silence",
        argument="P",
        pattern=_PER_CENT,
        default="100",
        alter=_silence,
    ),
    "long": FaultKind(
        None,
        "babbles on: the sound begins again until it has that length, in per cent",
        argument="P",
        pattern=_PER_CENT,
        default="300",
        alter=_long,
    ),
    "container": FaultKind(
        None,
        "the right sound in another container than was asked for",
        argument=_OTHER_CONTAINERS,
        pattern=_OTHER_CONTAINERS,
        default="mp3",
        alter=_in_container,
    ),
}
