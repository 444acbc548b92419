"""To a host: a lookup that hangs and addresses that are silent are given their time, and no more."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from qwentts_cli.dashscope.transport import connect as module
from qwentts_cli.dashscope.transport.connect import connect, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qwentts_cli.dashscope.transport.connect import Address

NO_DELAY = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def address(name: str, port: int = 80) -> Address:
    return (socket.AF_INET, socket.SOCK_STREAM, 0, "", (name, port))


class Net:
    """Hosts by name, each of which is silent, refuses, or answers after so many seconds."""

    def __init__(self, **hosts: float | OSError) -> None:
        self.now = 0.0
        self.tries: list[tuple[str, float]] = []
        self._hosts = hosts

    def monotonic(self) -> float:
        return self.now

    def connect(self, place: Address, seconds: float, _options: Iterable[object]) -> Any:
        name = place[4][0]
        self.tries.append((name, round(seconds, 3)))
        host = self._hosts.get(name, float("inf"))
        if isinstance(host, OSError):
            raise host
        if seconds <= 0 or host > seconds:
            self.now += max(seconds, 0)
            raise TimeoutError
        self.now += host
        return name


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Callable[[Net], Net]:
    def enter(net: Net) -> Net:
        monkeypatch.setattr(time, "monotonic", net.monotonic)
        monkeypatch.setattr(module, "_connect", net.connect)
        return net

    return enter


def test_a_silent_address_is_given_a_second_then_two(enter: Callable[[Net], Net]) -> None:
    """A living one behind it is reached soon, and a slow one in the end; who refused is not asked again."""
    net = enter(Net(slow=3, off=ConnectionRefusedError()))
    places = [address(name) for name in ("dead", "off", "slow")]
    reached: Any = connect(places, 60, ())
    assert reached == "slow"
    assert net.tries == [
        ("dead", 1),
        ("off", 1),
        ("slow", 1),
        ("dead", 2),
        ("slow", 2),
        ("dead", 4),
        ("slow", 4),
    ]
    enter(Net(living=0.1))
    reached = connect([address("dead"), address("living")], 60, ())
    assert reached == "living"


def test_all_of_it_takes_no_longer_than_allowed(enter: Callable[[Net], Net]) -> None:
    net = enter(Net())
    with pytest.raises(TimeoutError):
        connect([address("dead"), address("gone")], 5, ())
    assert net.tries == [("dead", 1), ("gone", 1), ("dead", 2), ("gone", 1)]
    assert net.now == 5


def test_the_latest_failure_is_told(enter: Callable[[Net], Net]) -> None:
    """No address at all is a failure too."""
    enter(Net(one=ConnectionRefusedError("one"), two=ConnectionRefusedError("two")))
    with pytest.raises(ConnectionRefusedError, match="two"):
        connect([address("one"), address("two")], 5, ())
    with pytest.raises(OSError, match=r"^$"):
        connect([], 5, ())


def test_a_connection_has_the_options_that_were_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = address("127.0.0.1", server.getsockname()[1])
        with connect([place], 60, [NO_DELAY]) as line:
            assert line.getpeername() == place[4]
            assert line.getsockopt(*NO_DELAY[:2])
            assert line.gettimeout() == 1
        with pytest.raises(TimeoutError):
            connect([place], 0, ())


def test_a_lookup_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: is_over.wait())
    with pytest.raises(TimeoutError, match=r"no answer within 0\.01 s"):
        resolve("tts.example.com", 443, 0.01)
    [thread] = (thread for thread in threading.enumerate() if thread.name == "resolver")
    assert thread.daemon
    is_over.set()
    thread.join()


def test_what_the_resolver_says_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise socket.gaierror(-2, "no such host")

    assert {row[4] for row in resolve("127.0.0.1", 443, 60)} == {("127.0.0.1", 443)}
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(socket.gaierror, match="no such host"):
        resolve("x.example", 443, 60)
