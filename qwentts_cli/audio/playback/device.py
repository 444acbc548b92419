"""Playing on the sound device itself, through miniaudio."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qwentts_cli.audio.native import load_miniaudio
from qwentts_cli.audio.playback.feed import Feed
from qwentts_cli.audio.playback.player import PATIENCE_S, PREBUFFER_S, Player
from qwentts_cli.audio.wav import SAMPLE_BYTES
from qwentts_cli.errors import LocalError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_PERIOD_MS = 40
_PERIODS = 3
_CAPACITY_S = 2.0
_STDERR = 2


def open_device(
    *, sample_rate: int, channels: int, backend: str = "", patience_s: float = PATIENCE_S
) -> DevicePlayer | None:
    """Open the default device of the first sound system that has one, or of `backend` in miniaudio's words.

    Returns:
        `None` if miniaudio is not installed, or there is no device.
    """
    miniaudio = load_miniaudio()
    if miniaudio is None:
        return None
    # The last backend of its own choice plays into nothing.
    audible = [known for known in miniaudio.Backend if known is not miniaudio.Backend.NULL]
    try:
        with _silent_stderr():
            device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=channels,
                sample_rate=sample_rate,
                buffersize_msec=_PERIOD_MS,
                callback_periods=_PERIODS,
                backends=[miniaudio.Backend[backend]] if backend else audible,
                app_name="qwentts",
            )
    except miniaudio.MiniaudioError:
        return None
    return DevicePlayer(
        device,
        sample_rate=sample_rate,
        channels=channels,
        device_error=miniaudio.MiniaudioError,
        patience_s=patience_s,
    )


class DevicePlayer(Player):
    """The device asks for samples from a thread of its own; a `Feed` has them ready."""

    def __init__(
        self,
        device: Any,  # noqa: ANN401 - the library has no types
        *,
        sample_rate: int,
        channels: int,
        device_error: type[Exception],
        patience_s: float,
    ) -> None:
        super().__init__("miniaudio")
        self.device = device
        self._started = False
        self._device_error = device_error
        self._patience_s = patience_s
        self._frame_bytes = channels * SAMPLE_BYTES
        self._bytes_per_s = sample_rate * self._frame_bytes
        self._feed = Feed(prebuffer=self._bytes(PREBUFFER_S), capacity=self._bytes(_CAPACITY_S))

    def write(self, pcm: bytes) -> None:
        rest = memoryview(pcm)
        while rest:
            taken = self._feed.offer(rest, timeout_s=self._patience_s)
            if not taken:
                raise self._failure("it takes no more sound")
            rest = rest[taken:]
            self._start()

    def finish(self) -> None:
        self._feed.end()
        self._start()
        # What the device holds is heard when as much silence has followed it in.
        held = self._bytes(_PERIOD_MS * (_PERIODS + 1) / 1000)
        if not self._feed.wait_for_silence(held, timeout_s=_CAPACITY_S + self._patience_s):
            raise self._failure("it takes no more sound")
        self.stop()

    def stop(self) -> None:
        self.device.close()

    def _start(self) -> None:
        if self._started or not self._feed.flows:
            return
        self._started = True
        samples = self._samples()
        next(samples)
        try:
            self.device.start(samples)
        except self._device_error as error:
            raise self._failure(str(error.args[0])) from error

    def _samples(self) -> Generator[bytes, int, None]:
        frames = yield b""
        while True:
            frames = yield self._feed.pull(frames * self._frame_bytes)

    def _bytes(self, seconds: float) -> int:
        return int(seconds * self._bytes_per_s) // self._frame_bytes * self._frame_bytes

    def _failure(self, reason: str) -> LocalError:
        self.stop()
        return LocalError(
            f"the sound device failed: {reason}",
            hint="Check the sound device, or save the sound with -o FILE.",
        )


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Keep the sound systems from filling the terminal with why they are not there."""
    saved = os.dup(_STDERR)
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(saved, _STDERR)
        os.close(saved)
