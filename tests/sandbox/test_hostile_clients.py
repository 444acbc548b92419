"""Clients that mean harm, or are only very slow, cannot fill the memory or keep others out."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Event
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.http.exchange import Exchange
from qwentts_cli.sandbox.ledger import Ledger
from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import GENERATION, KEY, ask, connect, listen, order, say

if TYPE_CHECKING:
    import socket

# Long enough for an honest client on a busy machine; what is tested waits for it to pass.
PATIENCE_S = 1.0
HEAD = f"POST {GENERATION} HTTP/1.1\r\nAuthorization: Bearer sk-x\r\n"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "[::1]evil.com",
        "999.0.0.1",
    ],
)
def test_a_page_that_rebinds_its_name_gets_nothing(sandbox: Sandbox, host: str) -> None:
    """DNS rebinding: the browser reaches 127.0.0.1, but says whom it means; nothing is synthesized."""
    answer = ask(sandbox, "POST", GENERATION, order(), KEY | {"Host": host})
    assert (answer.status, answer.json["code"]) == (421, "MisdirectedRequest")
    assert "output" not in answer.json
    assert sandbox.ledger[-1].billed == 0


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:99", "127.0.0.9"])
def test_this_machines_own_names_are_answered(sandbox: Sandbox, host: str) -> None:
    """Whatever the port, since a forwarded one differs."""
    assert ask(sandbox, "POST", GENERATION, order(), KEY | {"Host": host}).status == 200


def test_a_client_that_sends_drop_by_drop_is_dropped() -> None:
    """The time is for the whole request: a byte now and then does not buy more of it."""
    with Sandbox(voice_engine="tones", patience=PATIENCE_S) as sandbox, connect(sandbox) as slow:
        slow.settimeout(0.02)
        while sandbox.open_connections:
            assert not is_served(slow, b"x")
        assert say(sandbox).status == 200


def is_served(connection: socket.socket, byte: bytes) -> bool:
    """Send one byte more; tell whether an answer came before the connection was ended."""
    try:
        connection.send(byte)
        return connection.recv(100) != b""
    except OSError:
        return False


@pytest.mark.parametrize("sent", ["", "POST /x HT", HEAD, HEAD + "Content-Length: 50\r\n\r\n{"])
def test_a_client_that_stops_in_the_middle_is_dropped(sent: str) -> None:
    """Silence before, in or after the head ends the connection."""
    with Sandbox(voice_engine="tones", patience=PATIENCE_S) as sandbox, connect(sandbox) as silent:
        silent.sendall(sent.encode())
        assert listen(silent).end in {"eof", "reset"}


def test_a_client_that_does_not_read_is_dropped() -> None:
    """An answer without end does not wait for ever for a client that takes none of it."""
    body = order()
    with Sandbox(voice_engine="tones", faults="post:endless", patience=PATIENCE_S) as sandbox:
        with connect(sandbox) as deaf:
            deaf.sendall(f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            wait_until_all_left(sandbox)
        assert say(sandbox, cap=1000).end == "enough"


def test_connections_beyond_the_bound_are_told_so() -> None:
    """They get 503 at once, and a place as soon as somebody leaves."""
    with Sandbox(voice_engine="tones", max_connections=3) as sandbox:
        with ExitStack() as clients:
            for _ in range(3):
                clients.enter_context(connect(sandbox))
            with connect(sandbox) as beyond:
                answer = listen(beyond)
            assert (answer.status, answer.json["code"]) == (503, "ModelServingError")
        wait_until_all_left(sandbox)
        assert say(sandbox).status == 200


def test_a_record_is_cut() -> None:
    """Endless paths, headers and bodies leave a record of a bounded size."""
    ledger = Ledger()
    ledger.add(exchange(headers={f"X-{n}": "v" * 60_000 for n in range(99)}, path="/" * 60_000), 404)
    [record] = ledger.records
    assert record.weight < 50_000
    assert len(record.headers) == 32
    assert len(record.body) == 8_000


def test_the_ledger_forgets_the_oldest_before_it_fills_the_memory() -> None:
    """Heavy records go by their weight, light ones by their number; what is kept are the latest."""
    heavy, light = Ledger(), Ledger()
    for seq in range(1_500):
        heavy.add(exchange(seq=seq, headers={f"X-{n}": "v" * 500 for n in range(40)}), 200)
    for seq in range(20_100):
        light.add(exchange(seq=seq, body=b""), 200)
    assert sum(record.weight for record in heavy.records) <= 32_000_000
    assert heavy.records[-1].seq == 1_499
    assert [light.records[0].seq, light.records[-1].seq] == [100, 20_099]


def wait_until_all_left(sandbox: Sandbox) -> None:
    """Look now and then; what never happens is the suite's time-out."""
    while sandbox.open_connections:
        Event().wait(0.005)


def exchange(**changes: object) -> Exchange:
    given = {"seq": 1, "method": "POST", "path": "/x", "query": "", "headers": {}, "body": b"b" * 90_000}
    return Exchange(**{**given, "request_id": "r", **changes})  # type: ignore[arg-type]  # of many types
