"""Names that are not looked up and addresses that lead nowhere: neither holds the program."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.dashscope.client import SpeechClient
from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.dashscope.transport.connect import connect, resolve
from qwentts_cli.dashscope.transport.session import Timeouts
from qwentts_cli.errors import NetworkError
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.settings.credentials import ApiKey
from tests.conftest import Qwentts, at
from tests.reliability.raw_server import answering, http, serving
from tests.reliability.waiting import until
from tests.tones import read_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.dashscope.transport.connect import Address

TREE = Path(__file__).parents[2]
REQUEST = SynthesisRequest("Hi.", "Cherry", "qwen3-tts-flash")
DEAD = "127.0.0.2"

# The first question that leads to a connection is never answered, and like the system's own nothing ends it.
HANGING = """
import os, socket, threading
ask = socket.getaddrinfo
def hang(host, port, *rest, **named):
    is_first = port and not os.path.exists("asked")
    while is_first:
        open("asked", "w").close()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            pass
    return ask(host, port, *rest, **named)
socket.getaddrinfo = hang
"""
# Every name has a dead address before its living one.
TWO_FACED = f"""
import socket
ask = socket.getaddrinfo
def two(host, port, *rest, **named):
    found = ask(host, port, *rest, **named)
    return [(*row[:4], ("{DEAD}", row[4][1])) for row in found] + found if port else found
socket.getaddrinfo = two
"""


def resolving(qwentts: Qwentts, resolver: str) -> Qwentts:
    """The program in a process of its own, in a world with another resolver."""
    site = qwentts.folder.parent / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(resolver)
    return Qwentts(qwentts.folder, qwentts.home, {"PYTHONPATH": f"{site}:{TREE}"})


def test_a_resolver_that_hangs_costs_one_attempt(qwentts: Qwentts) -> None:
    """The lookup ends with the time of its attempt, and the next one may fare better."""
    qwentts = resolving(qwentts, HANGING)
    with Sandbox(voice_engine="tones") as server:
        at(qwentts, server)
        qwentts("say", "Hi.", "-o", "out.wav", "--timeout", "2")
        assert sum(record.phase == "post" for record in server.ledger) == 1
    assert read_back(qwentts.folder / "out.wav") == "Hi."


def test_an_interrupt_ends_a_lookup_that_hangs(qwentts: Qwentts) -> None:
    """The system's call cannot be interrupted, so nobody waits for its end, nor knows what became of it."""
    qwentts = resolving(qwentts, HANGING)
    with Sandbox(voice_engine="tones") as server:
        at(qwentts, server)
        with qwentts.start("say", "Hi.", "-o", "out.wav", "-j", "1", stderr=subprocess.PIPE) as run:
            until((qwentts.folder / "asked").exists)
            run.send_signal(signal.SIGINT)
            try:
                said = run.communicate(timeout=200)[1]
                assert said.startswith(b"Warning: 1 request")
                assert said.count(b"\n") == 1
            finally:
                run.kill()
        assert (run.returncode, server.ledger) == (130, [])


def test_a_lookup_that_hangs_is_told_as_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the host and the time; nothing was sent, so nothing was billed."""
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: is_over.wait())
    endpoint, limits = custom_endpoint("https://tts.example.com"), Timeouts(total=0.3)
    with (
        SpeechClient(endpoint, ApiKey("sk-a", "x"), timeouts=limits, audio_host_suffix=".x") as client,
        pytest.raises(NetworkError, match=r"host tts\.example\.com: no answer within [\d.]+ s") as raised,
    ):
        client.synthesize(REQUEST)
    is_over.set()
    assert raised.value.retryable
    assert not raised.value.maybe_billed


def test_a_dead_address_does_not_hide_the_living_one(qwentts: Qwentts) -> None:
    """As with an IPv6 that leads nowhere, within a time that one address alone would use up."""
    qwentts = resolving(qwentts, TWO_FACED)
    with serving(answering(http(b"", status="501 No"))) as server, silent(DEAD, server.port):
        env = {"QWENTTS_API_KEY": "sk-a", "QWENTTS_BASE_URL": server.base_url}
        result = qwentts("say", "Hi.", "-o", "out.wav", "--timeout", "8", env=env, code=6)
        assert server.connections == 1
    assert "501" in result.stderr


@contextmanager
def silent(host: str, port: int) -> Iterator[None]:
    """An address that takes no connection and says nothing of it."""
    with socket.socket() as full, ExitStack() as stack:
        full.bind((host, port))
        full.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex((host, port))
        yield


def address(host: str, port: int) -> Address:
    return (socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port))


def test_addresses_are_tried_in_their_order() -> None:
    """The first that answers is taken; one that refuses costs no time, and silence is borne to the end."""
    with socket.create_server(("127.0.0.1", 0)) as living:
        port = living.getsockname()[1]
        dead, alive = address("127.0.0.3", port), address("127.0.0.1", port)
        with connect([dead, alive], 5, ()) as line:
            assert line.getpeername() == ("127.0.0.1", port)
        with pytest.raises(ConnectionRefusedError):
            connect([dead, dead], 60, ())
        with silent(DEAD, port):
            began = time.monotonic()
            with pytest.raises(TimeoutError):
                connect([dead, address(DEAD, port)], 0.2, ())
            assert time.monotonic() - began > 0.19


def test_a_name_that_is_none() -> None:
    """What the resolver says reaches the caller."""
    with pytest.raises(socket.gaierror):
        resolve("x.invalid", 443, 20)
    with pytest.raises(UnicodeError):
        resolve("x" * 70 + ".invalid", 443, 20)
    assert {row[4][0] for row in resolve("127.0.0.1", 443, 20)} == {"127.0.0.1"}
