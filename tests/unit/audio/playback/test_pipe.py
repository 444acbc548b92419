"""The pipe to a player, as POSIX and as Windows have it; both with a real program here."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.audio.playback.pipe import PosixPipe, WindowsPipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.audio.playback.pipe import PlayerPipe

SOUND = bytes(range(256)) * 4096  # more than any pipe holds
KINDS = pytest.mark.parametrize("kind", [PosixPipe, WindowsPipe])
COPY = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
DEAF = "import time; time.sleep(1000)"


@contextmanager
def started(script: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream
            stream.close()


def write_all(pipe: PlayerPipe, data: bytes, patience_s: float = 100) -> int:
    """How many bytes were taken until it took no more."""
    rest = memoryview(data)
    while rest and (taken := pipe.write(rest, patience_s)):
        rest = rest[taken:]
    return len(data) - len(rest)


@KINDS
def test_every_byte_arrives_in_order(kind: Callable[[subprocess.Popen[bytes]], PlayerPipe]) -> None:
    with started(COPY) as process:
        assert write_all(kind(process), SOUND) == len(SOUND)
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        assert process.stdout.read() == SOUND


@KINDS
def test_who_takes_nothing_is_waited_for_no_longer_than_told(
    kind: Callable[[subprocess.Popen[bytes]], PlayerPipe],
) -> None:
    """The pipe itself takes some; and whoever does not listen can be ended."""
    with started(DEAF) as process:
        pipe = kind(process)
        assert 0 < write_all(pipe, SOUND, patience_s=0.05) < len(SOUND)
        pipe.end(at_once=False)
        assert process.wait(100) != 0


@KINDS
def test_who_has_gone_is_noticed(kind: Callable[[subprocess.Popen[bytes]], PlayerPipe]) -> None:
    with started("") as process:
        pipe = kind(process)
        process.wait(100)
        with pytest.raises(BrokenPipeError):
            write_all(pipe, SOUND)
