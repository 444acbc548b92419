"""Where one recording goes: the file or pipe of `-o`, the loudspeaker, or both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qwentts_cli.audio.formats import AudioFormat, check_format
from qwentts_cli.audio.sink import EncodedSink, Recording, Sink
from qwentts_cli.audio.stream import RAW_SAMPLE_RATE
from qwentts_cli.audio.target import Target
from qwentts_cli.errors import UsageError
from qwentts_cli.settings.schema import SETTINGS

if TYPE_CHECKING:
    from contextlib import ExitStack

    from qwentts_cli.audio.tags import Tags
    from qwentts_cli.observer import Observer
    from qwentts_cli.settings.resolve import Settings

STDOUT_NAMES = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where one recording goes, and how."""

    target: Target | None
    is_played: bool
    bitrate_kbps: int | None
    tags: Tags

    @property
    def is_heard_early(self) -> bool:
        """Whether somebody or something takes the sound while it is being made."""
        return self.is_played or bool(self.target and not self.target.is_file)

    @property
    def path(self) -> str | None:
        return str(self.target.path) if self.target and self.target.path else None


def choose_target(
    settings: Settings,
    output: str | None,
    *,
    typed_format: str | None,
    bitrate_kbps: int | None,
    overwrite: bool,
    observer: Observer,
) -> Target | None:
    """What `-o` leads to, checked; `None` without it.

    Raises:
        UsageError: it cannot be written there, or not so.
    """
    if output is None:
        if bitrate_kbps or typed_format:
            raise UsageError("a format or bit rate is for what -o writes", hint="Add -o FILE.")
        return None
    path = None if output in STDOUT_NAMES else Path(output)
    format_ = _choose_format(settings, path, typed_format, observer)
    check_format(format_, sample_rate=RAW_SAMPLE_RATE, bitrate_kbps=bitrate_kbps)
    target = Target(path, format_, overwrite=overwrite)
    target.check()
    return target


def _choose_format(
    settings: Settings, path: Path | None, typed: str | None, observer: Observer
) -> AudioFormat:
    """What was typed, else what the extension says, else the setting, else WAV."""
    if typed is None:
        default = AudioFormat(settings.text("format", AudioFormat.WAV))
        return AudioFormat.for_path(path, default) if path else default
    by_name = AudioFormat.from_path(path) if path else None
    chosen = AudioFormat(str(SETTINGS["format"].read(typed, "--format")))
    if by_name and by_name is not chosen:
        observer.warn(f"{path} is named like {by_name}, but will hold {chosen}")
    return chosen


def open_recording(stack: ExitStack, delivery: Delivery, observer: Observer) -> Recording:
    """Open every place the sound goes to; the stack closes them, and a file appears only if all went well.

    Raises:
        QwenTTSError: one of them cannot be opened.
    """
    sinks: list[Sink] = []
    target = delivery.target
    if target:
        out = stack.enter_context(target.open())
        sinks.append(
            EncodedSink(
                target.format,
                out,
                seekable=target.is_seekable,
                bitrate_kbps=delivery.bitrate_kbps,
                tags=delivery.tags,
            )
        )
    if delivery.is_played:
        from qwentts_cli.audio.playback.sink import PlaybackSink

        # A file that is being written is not given up because nobody can hear it.
        on_failure = (lambda error: observer.warn(f"{error.message}. {error.hint}")) if target else None
        sinks.append(PlaybackSink(stack, on_failure))
    return Recording(sinks)
