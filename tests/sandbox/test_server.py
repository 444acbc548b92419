from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
import textwrap
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.http import listener
from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import GENERATION, KEY, ask, connect, fetch, listen, order, say

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


def run_bare(code: str) -> str:
    """Run `code` in a Python that has nothing but the standard library and this project."""
    prelude = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", prelude + textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert done.stderr == ""
    return done.stdout.strip()


def test_it_needs_nothing_installed() -> None:
    """With the standard library alone `auto` is the tones, and `espeak` says what is missing."""
    out = run_bare("""
        from qwentts_cli.sandbox.voices.engine import EngineMissing
        from qwentts_cli.sandbox.server import Sandbox
        with Sandbox() as sandbox:
            print(sandbox.voice_engine)
        try:
            Sandbox(voice_engine="espeak")
        except EngineMissing as error:
            print(error)
    """)
    assert out.splitlines() == [
        "tones",
        "eSpeak NG is not installed; it comes with the extra qwentts[sandbox]",
    ]


def test_it_loads_nothing_heavy() -> None:
    """Starting it costs no library that a command line would feel."""
    code = "import sys, qwentts_cli.sandbox.server; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    heavy = {"numpy", "requests", "soundfile", "urllib3", "rich", "typer", "asyncio", "tomlkit"}
    assert not heavy & set(done.stdout.split())


def test_it_listens_on_this_machine_only(sandbox: Sandbox) -> None:
    """Bound to 127.0.0.1: another address of the same machine is refused."""
    assert sandbox.base_url.startswith("http://127.0.0.1:")
    with socket.socket() as other:
        other.settimeout(20)
        assert other.connect_ex(("127.0.0.2", int(sandbox.origin.rsplit(":", 1)[1]))) != 0


def test_a_taken_port_is_an_oserror(sandbox: Sandbox) -> None:
    """And the second sandbox leaves nothing behind; a fixed port is the one that is served."""
    port = int(sandbox.origin.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=port, voice_engine="tones").start()
    sandbox.stop()
    with Sandbox(port=port, voice_engine="tones") as again:
        assert again.origin.endswith(f":{port}")
        assert say(again).status == 200


def test_it_can_start_again_and_stop_twice() -> None:
    """`stop` is safe to repeat; what is not running has no address."""
    sandbox = Sandbox(voice_engine="tones")
    for _ in range(2):
        sandbox.start()
        assert say(sandbox).status == 200
        sandbox.stop()
        sandbox.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.base_url


def test_unknown_engines_are_refused() -> None:
    """With the names that would do."""
    with pytest.raises(ValueError, match="auto, tones, espeak"):
        Sandbox(voice_engine="flute")


def test_stuck_clients_do_not_hold_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle, half-sent, stalled and unread connections: all are let go, and they see the end."""
    monkeypatch.setattr(listener, "_CLIENTS_END_S", None)  # for ever, if one of them stayed
    with ExitStack() as clients:
        sandbox = Sandbox(voice_engine="tones", faults="post:stall,get:endless").start()
        body = order()
        head = (
            f"POST {GENERATION} HTTP/1.1\r\nAuthorization: Bearer sk-x\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        requests = [b"", b"POST /x HT", head.encode() + body[:5], head.encode() + body] * 5
        connections = [clients.enter_context(connect(sandbox)) for _ in requests]
        for connection, request in zip(connections, requests, strict=True):
            connection.sendall(request)
        sandbox.stop()
        assert {listen(connection).end for connection in connections} <= {"eof", "reset"}


def test_a_client_may_ask_before_it_sends(sandbox: Sandbox) -> None:
    """`Expect: 100-continue` is answered at once, and the request after it."""
    body = order()
    head = f"POST {GENERATION} HTTP/1.1\r\nAuthorization: Bearer sk-x\r\nExpect: 100-continue\r\n"
    with connect(sandbox) as connection:
        connection.sendall(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n")
        connection.sendall(body)
        assert listen(connection).status == 200


def test_clients_that_leave_are_no_bugs(sandbox: Sandbox) -> None:
    """A reset in the middle of a request or an answer is the client's affair."""
    body = order("x" * 600)
    head = f"POST {GENERATION} HTTP/1.1\r\nAuthorization: Bearer sk-x\r\nX-DashScope-SSE: enable\r\n"
    whole = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    for cut in (10, len(head), len(whole) - 5, len(whole)):
        with connect(sandbox) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(whole[:cut])
    assert say(sandbox).status == 200


def test_bugs_are_raised_when_it_stops() -> None:
    """An error inside is a 500 to the client and an exception to the test."""
    broken = iter([ZeroDivisionError("a bug")])

    class BrokenVoice:
        name = "broken"

        def speak(self, _: object) -> Iterator[bytes]:
            yield b""
            raise next(broken)

    sandbox = Sandbox(voice_engine=BrokenVoice()).start()
    answer = say(sandbox)
    assert (answer.status, answer.json["code"]) == (500, "InternalError")
    with pytest.raises(ExceptionGroup) as caught:
        sandbox.stop()
    assert [str(bug) for bug in caught.value.exceptions] == ["a bug"]


def test_the_ledger_tells_who_asked_what(sandbox: Sandbox) -> None:
    """One record a request, in order, with headers as sent, the bill and the answer."""
    answer = say(sandbox, "hello")
    fetch(sandbox, answer)
    say(sandbox, "hi", stream=True)
    ask(sandbox, "GET", "/nothing?here=1")
    records = sandbox.ledger
    assert [record.seq for record in records] == [1, 2, 3, 4]
    assert [(r.phase, r.method, r.status, r.billed) for r in records] == [
        ("post", "POST", 200, 5),
        ("get", "GET", 200, 0),
        ("sse", "POST", 200, 2),
        ("other", "GET", 404, 0),
    ]
    assert records[0].header("authorization") == KEY["Authorization"]
    assert records[1].header("Authorization") == ""
    assert (records[0].model, records[0].voice) == ("qwen3-tts-flash", "Cherry")
    assert records[0].request_id == answer.json["request_id"]
    assert json.loads(records[0].body)["input"]["text"] == "hello"
    assert (records[3].path, records[3].query) == ("/nothing", "here=1")


def test_the_record_is_there_before_the_answer(sandbox: Sandbox) -> None:
    """Who has read an answer can read its record."""
    for count in range(1, 51):
        say(sandbox)
        assert len(sandbox.ledger) == count


def test_the_ledger_file_has_a_line_for_each_request_and_bill(tmp_path: Path) -> None:
    """JSON lines, appended, private, without the key or a signature."""
    path = tmp_path / "ledger.jsonl"
    for _ in range(2):
        with Sandbox(voice_engine="tones", ledger=path, faults="post:reset-after#2") as sandbox:
            fetch(sandbox, say(sandbox, "你好\x1b\u2028"))
            say(sandbox)
            say(sandbox, voice="nobody")
    text = path.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    shown = [(line["type"], line.get("status"), line.get("characters"), line["seq"]) for line in lines]
    assert shown[:6] == [
        ("request", 200, None, 1),
        ("bill", None, 6, 1),
        ("request", 200, None, 2),
        ("request", 0, None, 3),
        ("bill", None, 2, 3),
        ("request", 400, None, 4),
    ]
    assert shown[6:] == shown[:6]
    assert [line["authorization"] for line in lines if line["type"] == "request"][:2] == [True, False]
    assert "sk-test" not in text
    assert "Signature" not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_ledger_that_cannot_be_written_is_an_oserror(tmp_path: Path) -> None:
    """Found at the start, with no port left open."""
    with pytest.raises(OSError, match="directory"):
        Sandbox(voice_engine="tones", ledger=tmp_path).start()
