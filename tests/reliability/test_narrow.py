"""Little memory, few files, and a pause that nobody announced."""

from __future__ import annotations

import base64
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.dashscope.client import SpeechClient
from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.dashscope.transport.session import Timeouts
from qwentts_cli.errors import LocalError
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.wording import plural
from tests.conftest import KEY, PROGRAM, Result, at
from tests.reliability.matrix import check_promises
from tests.reliability.paragraphs import BY_PARAGRAPH, paragraphs, said_in
from tests.reliability.raw_server import http, read_request, serving
from tests.reliability.waiting import until

if TYPE_CHECKING:
    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts
    from tests.reliability.raw_server import RawServer, Script

MOST_MIB = 150
# A process of its own starts the program: what a test has in memory would count as the child's.
MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], check=False).returncode
with open(sys.argv[1], "w") as file:
    file.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def run(qwentts: Qwentts, starter: list[str], *args: str) -> Result:
    """Run the program, in a process of its own, through another."""
    done = subprocess.run(
        [*starter, *PROGRAM, *args],
        cwd=qwentts.folder,
        env=qwentts.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=200,
    )
    return Result(done.returncode, done.stdout, done.stderr.decode())


def say_measured(qwentts: Qwentts, *args: str) -> tuple[Result, float]:
    """Gives how the run ended, and the most memory it had, in MiB."""
    place = qwentts.folder.parent / "peak"
    starter = [sys.executable, "-I", "-S", "-c", MEASURED, str(place)]
    result = run(qwentts, starter, "say", "Hi.", "--no-cache", *args)
    check_promises(result, qwentts, "")
    return result, int(place.read_text()) / (1024 if sys.platform == "linux" else 1 << 20)


@pytest.mark.parametrize(
    ("faults", "most"), [("get:endless", 24), ("post:endless", 8), ("post:huge-json", 8)]
)
def test_an_endless_answer_fits_into_little_memory(qwentts: Qwentts, faults: str, most: int) -> None:
    """What is larger than any honest answer is not read to its end, and told with the limit, at once."""
    with Sandbox(voice_engine="tones", faults=faults) as server:
        result, peak = say_measured(at(qwentts, server), "-o", "out.wav")
        assert sum(record.phase == "post" for record in server.ledger) == 1
    assert result.code == 6
    assert f"larger than {most} MiB, the most that is accepted" in result.stderr
    assert not (qwentts.folder / "out.wav").exists()
    assert peak < MOST_MIB


JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
HALF_A_SECOND = base64.b64encode(b"\1\0" * 12000).decode()
SOUND = json.dumps({"output": {"finish_reason": "null", "audio": {"data": HALF_A_SECOND}}}).encode()
MANY_LISTS = b'{"a":[' + b"[]," * 2_790_000 + b"[]]}"


def endless(head: bytes, piece: bytes) -> Script:
    """Answer with `piece` again and again, until the other side leaves."""

    def script(line: socket.socket, server: RawServer) -> None:
        read_request(line, server)
        line.sendall(head)
        while True:
            line.sendall(piece)

    return script


def once(answer: bytes) -> Script:
    def script(line: socket.socket, server: RawServer) -> None:
        read_request(line, server)
        line.sendall(answer)

    return script


HOSTILE: dict[str, tuple[Script, int, str]] = {
    "sound": (endless(EVENTS, b"data:" + SOUND + b"\n\n"), 6, "the audio is larger than 24 MiB"),
    "a line": (endless(EVENTS + b"data:", b"x" * 65536), 6, "an event of more than 8 MiB"),
    "short lines": (endless(EVENTS, b"data:xy\n" * 8000), 6, "an event of more than 8 MiB"),
    "lists": (once(EVENTS + b"data:" + MANY_LISTS + b"\n\n"), 5, "too many parts"),
    "lists as a whole": (once(http(MANY_LISTS, "Content-Type: application/json")), 5, "too many parts"),
    "an error": (endless(JSON.replace(b"200 OK", b"400 No"), b"x" * 65536), 6, "400: xxx"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_answer_fits_into_little_memory(qwentts: Qwentts, what: str) -> None:
    """However few bytes it takes to ask for much."""
    script, code, words = HOSTILE[what]
    with serving(script) as server:
        qwentts.env |= {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
        result, peak = say_measured(qwentts, "-o", "-")
    assert result.code == code
    assert words in result.stderr
    assert peak < MOST_MIB


def limited(what: str) -> list[str]:
    return ["sh", "-c", f'ulimit {what} && exec "$@"', "sh"]


def test_few_files_mean_few_workers(online: Qwentts) -> None:
    """With room for hardly any connection it takes longer, and says why."""
    (online.folder / "in.txt").write_text(paragraphs(12))
    args = ("say", "-f", "in.txt", "-o", "out.wav", "-j", "64", *BY_PARAGRAPH)
    result = run(online, limited("-n 48"), *args)
    check_promises(result, online, "3 of 64 jobs at a time: only 48 files may be open ('ulimit -n')\n")
    assert result.code == 0
    assert said_in(online.folder / "out.wav") == paragraphs(12)


def test_no_file_left_is_no_fault_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine lacks is told as what it is; it may have it again in a moment."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(socket, "socket", refuse)
    endpoint = custom_endpoint("http://127.0.0.1:9")
    with (
        SpeechClient(endpoint, ApiKey("sk-a", "x"), timeouts=Timeouts(), audio_host_suffix=".x") as client,
        pytest.raises(LocalError, match="too many open files") as raised,
    ):
        client.synthesize(SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash"))
    assert raised.value.retryable
    assert "ulimit -n" in raised.value.hint


def test_little_room_for_addresses(online: Qwentts) -> None:
    """One worker lives in 280 MB."""
    online.env["COVERAGE_PROCESS_CONFIG"] = ""  # measuring takes memory of its own
    (online.folder / "in.txt").write_text(paragraphs(6))
    args = ("say", "-f", "in.txt", "-o", "out.wav", "--no-cache", "-j", "1", *BY_PARAGRAPH)
    result = run(online, limited("-v 280000"), *args)
    check_promises(result, online, "")
    assert result.code == 0
    assert said_in(online.folder / "out.wav") == paragraphs(6)


def test_a_pause_in_the_middle_loses_nothing(qwentts: ForkedQwentts) -> None:
    """Stopped for longer than a request may take, as a laptop is, it goes on where it was."""
    (qwentts.folder / "in.txt").write_text(paragraphs(8))
    with Sandbox(voice_engine="tones", faults="post:latency=0.1") as server:
        at(qwentts, server)
        args = ("say", "-f", "in.txt", "-o", "out.wav", "--timeout", "2", *BY_PARAGRAPH)
        with qwentts.running(*args) as started:
            until(lambda: server.ledger)
            began = time.monotonic()
            started.send(signal.SIGSTOP)
            until(lambda: time.monotonic() > began + 2.1)
            started.send(signal.SIGCONT)
            result = started.wait()
        assert result.code == 0
        bills = sum(record.billed > 0 for record in server.ledger)
    assert said_in(qwentts.folder / "out.wav") == paragraphs(8)
    assert bills == 8 or f"{plural(bills - 8, 'request')} may have been billed twice" in result.stderr
