"""Where one recording goes: the file or pipe of `-o`, the loudspeaker, or both."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.audio.formats import AudioFormat, check_choice
from qwentts_cli.audio.mastering.level import make_leveller
from qwentts_cli.audio.mastering.spool import SpooledSink
from qwentts_cli.audio.sink import EncodedSink, Recording, Sink
from qwentts_cli.audio.target import Target, name_file
from qwentts_cli.errors import UsageError
from qwentts_cli.settings.schema import SETTINGS
from qwentts_cli.speech.options import STDOUT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwentts_cli.audio.tags import Tags
    from qwentts_cli.errors import LocalError
    from qwentts_cli.observer import Observer
    from qwentts_cli.settings.resolve import Settings
    from qwentts_cli.speech.options import OutputOptions


class Delivery(Struct, frozen=True, kw_only=True):
    """Where one recording goes, and how; with chapters or a loudness it is written when all sound is there.

    `loudness` is in LUFS.
    """

    target: Target | None
    is_played: bool
    bitrate_kbps: int | None
    tags: Tags
    has_chapters: bool = False
    loudness: float | None = None

    @property
    def is_heard_early(self) -> bool:
        """Whether somebody or something takes the sound while it is being made."""
        return self.is_played or bool(self.target and not self.target.is_file)

    @property
    def path(self) -> str | None:
        return str(self.target.path) if self.target and self.target.path else None


def choose_target(
    settings: Settings, output: OutputOptions, observer: Observer, *, sample_rate: int
) -> Target | None:
    """What `-o` leads to, checked; `None` without it. `sample_rate` is that of the sound, in Hz.

    Raises:
        UsageError: nothing can be written there, or not in this format.
    """
    if output.path is None:
        if output.bitrate_kbps or output.format:
            raise UsageError("--format and --bitrate are for the file that -o names", hint="Add -o FILE.")
        return None
    path = None if output.path in STDOUT_NAMES else name_file(output.path, "-o")
    format_ = _choose_format(settings, path, output.format, observer)
    check_choice(format_, sample_rate=sample_rate, bitrate_kbps=output.bitrate_kbps)
    target = Target(path, format_, overwrite=output.overwrite)
    target.check()
    if format_.is_mp4 and not target.is_seekable:
        raise UsageError(f"{format_} is written to a file, not to a pipe", hint="Name a file, or choose mp3.")
    return target


def _choose_format(
    settings: Settings, path: Path | None, typed: str | None, observer: Observer
) -> AudioFormat:
    """What was typed, else what the extension says, else the setting, else WAV."""
    if typed is None:
        default = AudioFormat(settings.text("format", AudioFormat.WAV))
        try:
            return AudioFormat.for_path(path, default) if path else default
        except UsageError as error:
            raise error.replace(hint=f"{error.hint} With --format any name will do.") from None
    by_name = AudioFormat.from_path(path) if path else None
    chosen = AudioFormat(str(SETTINGS["format"].read(typed, "--format")))
    if by_name and by_name is not chosen:
        observer.warn(f"{path} is named like {by_name}, but will hold {chosen}")
    return chosen


@contextmanager
def open_recording(delivery: Delivery, observer: Observer) -> Iterator[Recording]:
    """Open every place the sound goes to; a file appears only if the block ends well.

    Raises:
        QwenTTSError: one of them cannot be opened.
    """
    sinks: list[Sink] = []
    recording = Recording(sinks)
    with _open_file(delivery, recording, observer) as file, _open_player(delivery, observer) as player:
        sinks += [sink for sink in (file, player) if sink]
        yield recording


@contextmanager
def _open_file(delivery: Delivery, recording: Recording, observer: Observer) -> Iterator[Sink | None]:
    target = delivery.target
    if target is None:
        yield None
        return
    with target.open() as out:

        def encode() -> Sink:
            return EncodedSink(
                target.format,
                out,
                seekable=target.is_seekable,
                bitrate_kbps=delivery.bitrate_kbps,
                tags=delivery.tags.divided(recording.chapters) if delivery.has_chapters else delivery.tags,
            )

        if target.path and (delivery.has_chapters or delivery.loudness is not None):
            leveller = make_leveller(delivery.loudness, target.format, target.path, observer.warn)
            yield SpooledSink(target.path.parent, encode, leveller, observer.file_encoded)
        else:
            yield encode()


@contextmanager
def _open_player(delivery: Delivery, observer: Observer) -> Iterator[Sink | None]:
    if not delivery.is_played:
        yield None
        return
    from qwentts_cli.audio.playback.sink import PlaybackSink

    def go_on_unheard(error: LocalError) -> None:
        observer.warn(f"{error.message}. {error.hint}")

    # A file that is being written is not given up because nobody can hear it.
    with PlaybackSink(go_on_unheard if delivery.target else None) as player:
        yield player
