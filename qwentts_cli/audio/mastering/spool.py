"""A sound kept until its end: only then is known what its file begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from qwentts_cli.audio.mastering.level import Leveller
    from qwentts_cli.audio.sink import Sink

_BLOCK_FRAMES: Final = 65_536


class SpooledSink:
    """Keeps samples in a file without a name in `folder`, and hands them on when all of them are there.

    `open_sink` is called then, a `leveller` changes what it is given, and `told` hears of each block how many
    seconds it has, and of how many. A second takes 48 kB of the disk at 24 kHz.
    """

    def __init__(
        self,
        folder: Path,
        open_sink: Callable[[], Sink],
        leveller: Leveller | None = None,
        told: Callable[[float, float], None] = lambda _done_s, _total_s: None,
    ) -> None:
        from tempfile import TemporaryFile

        self._file = TemporaryFile(dir=folder, prefix=".qwentts-", suffix=".part")  # noqa: SIM115 - closed by finish
        self._open_sink = open_sink
        self._leveller = leveller
        self._told = told
        self._format = (0, 1)

    def write(self, pcm: Pcm) -> None:
        self._format = (pcm.sample_rate, pcm.channels)
        self._file.write(pcm.data)
        if self._leveller:
            self._leveller.hear(pcm)

    def finish(self) -> None:
        rate, channels = self._format
        second = max(rate * channels * SAMPLE_BYTES, 1)
        with self._file:
            total_s = self._file.tell() / second
            self._file.seek(0)
            if self._leveller:
                self._leveller.decide()
            sink = self._open_sink()
            while data := self._file.read(_BLOCK_FRAMES * channels * SAMPLE_BYTES):
                pcm = Pcm(data, rate, channels)
                sink.write(self._leveller.apply(pcm) if self._leveller else pcm)
                self._told(self._file.tell() / second, total_s)
            sink.finish()
