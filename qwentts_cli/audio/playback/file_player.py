"""Playing through a program that reads files only, as afplay of macOS does."""

from __future__ import annotations

import tempfile

from qwentts_cli.audio.playback.player import PATIENCE_S, Player
from qwentts_cli.audio.playback.program import ProgramPlayer
from qwentts_cli.audio.wav import SAMPLE_BYTES, wav_header
from qwentts_cli.errors import LocalError

FILE_PROGRAMS = ("afplay",)


class FilePlayer(Player):
    """It begins when all of the sound is there, in a file that is gone afterwards."""

    def __init__(
        self, name: str, path: str, *, sample_rate: int, channels: int = 1, patience_s: float = PATIENCE_S
    ) -> None:
        super().__init__(name)
        self._path, self._rate, self._channels, self._patience_s = path, sample_rate, channels, patience_s
        self._written = 0
        self._player: ProgramPlayer | None = None
        try:
            self._file = tempfile.NamedTemporaryFile(suffix=".wav")  # noqa: SIM115 - `stop` closes it
            self._file.write(wav_header(None, sample_rate, channels))
        except OSError as error:
            raise _no_room(name, error) from error

    def write(self, pcm: bytes) -> None:
        try:
            self._file.write(pcm)
        except OSError as error:
            self.stop()
            raise _no_room(self.name, error) from error
        self._written += len(pcm)

    def finish(self) -> None:
        self._complete()
        argv = [self._path, self._file.name]
        self._player = ProgramPlayer(self.name, argv, patience_s=self._patience_s)
        self._player.wait_for_end(self._written / (self._rate * self._channels * SAMPLE_BYTES))
        self.stop()

    def stop(self) -> None:
        if self._player:
            self._player.stop()
        self._file.close()

    def _complete(self) -> None:
        """Say in the header how long it is: some programs play nothing of a file that does not."""
        try:
            self._file.seek(0)
            self._file.write(wav_header(self._written, self._rate, self._channels))
            self._file.flush()
        except OSError as error:
            self.stop()
            raise _no_room(self.name, error) from error


def _no_room(name: str, error: OSError) -> LocalError:
    return LocalError(
        f"the sound for {name} cannot be kept in {tempfile.gettempdir()}: {error.strerror}",
        hint="Free some space there, or let TMPDIR name another folder.",
    )
