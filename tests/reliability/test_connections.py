"""Connections that break below HTTP: names, ports, proxies, TLS, and answers that are none."""

from __future__ import annotations

import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import repeat
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.synthesis.retry import SINGLE
from tests.conftest import KEY, Qwentts
from tests.reliability.certificates import make_certificate, server_context, system_store
from tests.reliability.matrix import check_promises
from tests.reliability.raw_server import (
    RawServer,
    answering,
    close_in_handshake,
    http,
    in_tls,
    read_request,
    reset,
    serving,
    silent,
)
from tests.reliability.waiting import at_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.reliability.forked import ForkedQwentts
    from tests.reliability.raw_server import Script

SAID = ("say", "Hi", "-o", "out.wav")


def ask(
    qwentts: Qwentts, url: str, code: int, words: str, *args: str, env: dict[str, str] | None = None
) -> str:
    """Say something to the server at `url`; gives the message, which was checked."""
    variables = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": url, "QWENTTS_RPM": "60000"}
    result = qwentts(*SAID, *args, env=variables | (env or {}), code=code)
    check_promises(result, qwentts, words)
    assert not (qwentts.folder / "out.wav").exists()
    return result.stderr


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_servers_that_cannot_be_reached(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """Each cause is named, with the host, after a bounded number of attempts."""
    port, proxy = closed_port(), closed_port()
    with ExitStack() as stack:
        resetting = stack.enter_context(serving(reset))
        leaving = stack.enter_context(serving(close_in_handshake))
        refusing = stack.enter_context(serving(answering(http(b"", status="502 No"))))
        without_tls = stack.enter_context(serving(plain))
        full = stack.enter_context(full_backlog())
        cases = [
            ("https://x.invalid/api/v1", "cannot resolve the host x.invalid", {}),
            (f"http://127.0.0.1:{port}/api/v1", f"cannot connect to 127.0.0.1:{port}: refused", {}),
            (f"http://127.0.0.1:{full}/api/v1", "nothing answers", {"QWENTTS_TIMEOUT": "0.3"}),
            (
                "https://tts.example.com/api/v1",
                "with 502",
                {"HTTPS_PROXY": f"http://127.0.0.1:{refusing.port}"},
            ),
            (resetting.base_url, "reset", {}),
            (leaving.secure_base_url, "the TLS connection with", {}),
            (
                "https://x.invalid/api/v1",
                f"the proxy 127.0.0.1:{proxy} (HTTPS_PROXY) cannot be reached: it refused",
                {"HTTPS_PROXY": f"http://me:secret@127.0.0.1:{proxy}"},
            ),
            (
                "https://x.invalid/api/v1",
                "cannot be reached: there is no such host",
                {"HTTPS_PROXY": "http://proxy.invalid:3128"},
            ),
            (
                "https://x.invalid/api/v1",
                "(HTTPS_PROXY) has no TLS; its address may begin with http://",
                {"HTTPS_PROXY": f"https://127.0.0.1:{without_tls.port}"},
            ),
        ]

        def reach(number: int) -> str:
            url, words, env = cases[number]
            return ask(qwentts.elsewhere(tmp_path / str(number)), url, 5, words, env=env)

        messages = at_once(reach, range(len(cases)))
    assert "secret" not in "".join(messages)
    assert 3 <= resetting.connections <= 5
    assert refusing.connections == 5
    assert all(request.startswith(b"CONNECT tts.example.com:443 HTTP/1.") for request in refusing.requests)


@contextmanager
def full_backlog() -> Iterator[int]:
    """A port whose connections nobody takes."""
    with socket.socket() as full, ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(full.getsockname())
        yield full.getsockname()[1]


def test_a_line_that_ends_with_an_empty_answer_is_none_that_broke(qwentts: Qwentts) -> None:
    """A sign-in page of a hotel sends elsewhere so, and closes: that is what it is told as."""
    empty = http(b"", "Location: http://hotel.example/", "Connection: close", status="302 Found")
    with serving(answering(empty)) as server:
        ask(qwentts, server.base_url, 5, "a redirect, which is not followed")


def test_a_proxy_that_wants_a_password(qwentts: Qwentts) -> None:
    """The proxy is named as the cause, the key never reaches it, and nobody knocks twice."""
    with serving(answering(http(b"", status="407 Proxy Authentication Required"))) as proxy:
        env = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}
        ask(qwentts, "https://tts.example.com/api/v1", 5, "requires a password", env=env)
        assert proxy.connections == 1
        for request in proxy.requests:
            assert request.startswith(b"CONNECT tts.example.com:443 HTTP/1.")
            assert KEY.encode() not in request


def test_a_proxy_that_refuses_is_named(qwentts: Qwentts) -> None:
    """With its status and the variable that names it: it is not the service that refused."""
    with serving(answering(http(b"<html>No</html>", status="403 Forbidden"))) as proxy:
        env = {"HTTPS_PROXY": f"http://me:hidden-word@127.0.0.1:{proxy.port}"}
        told = ask(qwentts, "https://tts.example.com/api/v1", 5, "answered with 403", env=env)
        assert f"the proxy 127.0.0.1:{proxy.port} (HTTPS_PROXY)" in told
        assert "hidden-word" not in told
        assert "billed" not in told
        assert proxy.connections == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "http://127.0.0.1:99999"),
        ("https_proxy", "http://127.0.0.1:port"),
        ("HTTPS_PROXY", "http://me:hidden-word@:80"),
        ("ALL_PROXY", "socks://127.0.0.1:1080"),
        ("ALL_PROXY", "socks5://127.0.0.1:port"),
        ("HTTPS_PROXY", "gopher://127.0.0.1:70"),
        ("HTTPS_PROXY", "http://pro xy:80"),
        ("REQUESTS_CA_BUNDLE", "/nonexistent/ca.pem"),
        ("CURL_CA_BUNDLE", "/nonexistent/ca.pem"),
        ("SSL_CERT_FILE", "/nonexistent/ca.pem"),
        ("REQUESTS_CA_BUNDLE", __file__),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(qwentts: Qwentts, name: str, value: str) -> None:
    """Before anything is tried, and without the password in it."""
    told = ask(qwentts, "https://tts.example.com/api/v1", 2, name, env={name: value})
    assert "hidden-word" not in told


def test_a_proxy_is_used_and_sees_nothing(qwentts: Qwentts, tmp_path: Path) -> None:
    """Through a CONNECT proxy the conversation is TLS from end to end, trusted by REQUESTS_CA_BUNDLE."""
    certificate = make_certificate(tmp_path)
    with serving(in_tls(server_context(certificate), answering(http(b"{}")))) as server:
        with serving(tunnel(server.port)) as proxy:
            env = {
                "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
                "REQUESTS_CA_BUNDLE": str(certificate),
                "NO_PROXY": "",
            }
            # The name leads only through the proxy, and is not the certificate's: TLS is checked inside too.
            ask(qwentts, "https://tts.example.com/api/v1", 5, "certificate", env=env)
        assert [request.split(b" HTTP")[0] for request in proxy.requests] == [b"CONNECT tts.example.com:443"]
        assert server.requests == []


def test_a_socks_proxy_is_used_and_looks_the_host_up(qwentts: Qwentts, tmp_path: Path) -> None:
    """With `socks5h` the name leads only through the proxy; TLS is checked from end to end."""
    certificate = make_certificate(tmp_path)
    with serving(in_tls(server_context(certificate), answering(http(b"{}")))) as server:
        with serving(socks_tunnel(server.port)) as proxy:
            env = {
                "ALL_PROXY": f"socks5h://127.0.0.1:{proxy.port}",
                "REQUESTS_CA_BUNDLE": str(certificate),
                "NO_PROXY": "",
            }
            ask(qwentts, "https://tts.example.com/api/v1", 5, "certificate", env=env)
        assert proxy.requests == [b"tts.example.com"]
        assert server.requests == []


def test_trouble_with_a_socks_proxy_is_told_as_such(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """Where nobody listens, and where the proxy finds no way to the host."""
    closed = closed_port()
    with serving(socks_tunnel(None)) as proxy:
        cases = {
            f"127.0.0.1:{closed}": "(ALL_PROXY) cannot be reached: it refused",
            f"127.0.0.1:{proxy.port}": "(ALL_PROXY) says: Host unreachable",
        }

        def meet(place: str) -> None:
            env = {"ALL_PROXY": f"socks5h://{place}"}
            program = qwentts.elsewhere(tmp_path / place)
            told = ask(program, "https://tts.example.com/api/v1", 5, cases[place], env=env)
            assert "billed" not in told

        at_once(meet, cases)


def test_a_socks_proxy_without_its_library(qwentts: Qwentts, tmp_path: Path) -> None:
    """What to install is told before anything is tried."""
    (tmp_path / "socks.py").write_text("raise ImportError")
    plain_program = Qwentts(qwentts.folder, qwentts.home)
    path = f"{tmp_path}:{plain_program.environment()['PYTHONPATH']}"
    env = {"ALL_PROXY": "socks5://127.0.0.1:1080", "PYTHONPATH": path}
    told = ask(plain_program, "https://tts.example.com/api/v1", 2, "ALL_PROXY names a SOCKS proxy", env=env)
    assert "pip install 'qwentts[socks]'" in told


def socks_tunnel(port: int | None) -> Script:
    """Connect whoever asks with `port`, whatever host was asked for, or find none (RFC 1928)."""

    def script(line: socket.socket, server: RawServer) -> None:
        line.recv(2 + 255)
        line.sendall(b"\x05\x00")
        asked = line.recv(4 + 1 + 255 + 2)
        server.requests.append(asked[5:-2])
        if port is None:
            line.sendall(b"\x05\x04\x00\x01" + bytes(6))
            return
        with socket.create_connection(("127.0.0.1", port)) as far:
            line.sendall(b"\x05\x00\x00\x01" + bytes(6))
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_pump, far, line)
                _pump(line, far)

    return script


def tunnel(port: int) -> Script:
    """Connect whoever asks with `port`, whatever host was asked for."""

    def script(line: socket.socket, server: RawServer) -> None:
        read_request(line, server)
        with socket.create_connection(("127.0.0.1", port)) as far:
            line.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_pump, far, line)
                _pump(line, far)

    return script


def _pump(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


@contextmanager
def secure(folder: Path, **options: object) -> Iterator[tuple[RawServer, Path]]:
    certificate = make_certificate(folder, **options)  # type: ignore[arg-type]  # a bundle of options
    with serving(in_tls(server_context(certificate), answering(http(b"{}")))) as server:
        yield server, certificate


@pytest.mark.parametrize(
    ("options", "bundle"),
    [
        ({}, "NOT_USED"),
        ({"age_days": 30}, "REQUESTS_CA_BUNDLE"),
        ({"address": "127.0.0.2"}, "CURL_CA_BUNDLE"),
    ],
    ids=["unknown", "expired", "another host's"],
)
def test_a_certificate_that_does_not_check_out(
    qwentts: Qwentts, tmp_path: Path, options: dict[str, object], bundle: str
) -> None:
    """One handshake, no request, and the way out is named."""
    with secure(tmp_path, **options) as (server, certificate):
        message = ask(qwentts, server.secure_base_url, 5, "certificate", env={bundle: str(certificate)})
        assert "REQUESTS_CA_BUNDLE" in message
        assert server.connections == 1
        assert server.requests == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only an administrator can add to the store")
def test_a_company_certificate_in_the_store_of_the_system_is_trusted(
    qwentts: Qwentts, tmp_path: Path
) -> None:
    """With the extra `truststore`; a variable that names other certificates stands above it."""
    pytest.importorskip("truststore")
    with secure(tmp_path) as (server, certificate):
        env = {"SSL_CERT_DIR": str(system_store(tmp_path / "store", certificate))}
        ask(qwentts, server.secure_base_url, 5, "no audio in the response", env=env)
        assert len(server.requests) == 3
        (tmp_path / "other").mkdir()
        other = make_certificate(tmp_path / "other")
        env["REQUESTS_CA_BUNDLE"] = str(other)
        ask(qwentts, server.secure_base_url, 5, "certificate", env=env)
        assert len(server.requests) == 3


def test_a_company_certificate_is_trusted_where_the_user_says_so(qwentts: Qwentts, tmp_path: Path) -> None:
    """The control of the test above: with the right bundle the same server is asked."""
    with secure(tmp_path) as (server, certificate):
        env = {"REQUESTS_CA_BUNDLE": str(certificate)}
        ask(qwentts, server.secure_base_url, 5, "no audio in the response", env=env)
        assert len(server.requests) == 3


def plain(line: socket.socket, _server: RawServer) -> None:
    line.recv(65536)
    line.sendall(http(b"{}"))


@pytest.mark.parametrize("name", ["CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_each_variable_for_certificates_works(qwentts: Qwentts, tmp_path: Path, name: str) -> None:
    """Those that curl and OpenSSL look at, too."""
    certificate = make_certificate(tmp_path)
    script = in_tls(server_context(certificate), answering(http(b"{}", status="501 No")))
    with serving(script) as server:
        ask(qwentts, server.secure_base_url, 6, "501", env={name: str(certificate)})


def test_a_server_that_speaks_no_tls(qwentts: Qwentts) -> None:
    """Said as it is, and not tried again."""
    with serving(plain) as server:
        ask(qwentts, server.secure_base_url, 5, "does not speak TLS there")
        assert server.connections == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_no_proxy_sees_what_goes_to_this_machine(qwentts: Qwentts, variable: str) -> None:
    """On loopback the key travels in the clear, so it goes to nobody else."""
    with serving(answering(http(b"", status="501 No"))) as server, serving(silent) as proxy:
        env = {variable: f"http://127.0.0.1:{proxy.port}", variable.lower(): f"http://127.0.0.1:{proxy.port}"}
        ask(qwentts, server.base_url, 6, "501", env=env)
        assert (len(server.requests), proxy.connections) == (1, 0)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: "
# What comes first, and what then comes again and again.
DRIPS = {
    "headers": (b"HTTP/1.1 200 OK\r\nX-A:", b"b"),
    "body": (HEAD + b"application/json\r\nContent-Length: 9000\r\n\r\n", b" "),
    "comments": (HEAD + b"text/event-stream\r\n\r\n", b":\n"),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "an error's body": (b"HTTP/1.1 500 No\r\nContent-Length: 9000\r\n\r\n", b" "),
}
TIME_S = "1.5"
FLOODED_S = "0.5"  # it costs the machine all that it has


def only_at(number: int, script: Script, others: Script) -> Script:
    """Play `script` to the `number`-th connection, and `others` to those before it and after."""

    def play(line: socket.socket, server: RawServer) -> None:
        (script if server.connections == number else others)(line, server)

    return play


def test_no_drip_and_no_flood_holds_the_program(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """Whatever comes without an end, be it byte by byte, ends with the time of its attempt."""

    def flood(line: socket.socket, server: RawServer) -> None:
        read_request(line, server)
        while True:
            line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    def drip(what: str) -> Script:
        first, again = DRIPS[what]
        return answering(first, *repeat(again, 10_000), every_s=0.05)

    scripts = {"a flood": flood} | {what: drip(what) for what in DRIPS}

    def meet(what: str) -> None:
        # The last attempt is the third, since each may be billed.
        script = only_at(SINGLE.resends + 1, scripts[what], answering(http(b"{}")))
        with serving(script) as server:
            program, time_s = qwentts.elsewhere(tmp_path / what), TIME_S if what in DRIPS else FLOODED_S
            told = f"too slow: not done within {time_s} s"
            ask(program, server.base_url, 5, told, "--timeout", time_s)
            assert len(server.requests) == 3

    at_once(meet, scripts)


def test_no_handshake_holds_the_program(qwentts: Qwentts) -> None:
    """One that never ends is given up when the time of its attempt is over."""

    def shake(line: socket.socket, server: RawServer) -> None:
        server.requests.append(line.recv(65536))
        # The head of a long answer to the client's greeting, which then comes byte by byte.
        line.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03")
        pause = threading.Event()
        while True:
            line.sendall(b"\0")
            pause.wait(0.05)

    with serving(only_at(SINGLE.attempts, shake, close_in_handshake)) as server:
        told = f"not done within {TIME_S} s"
        ask(qwentts, server.secure_base_url, 5, told, "--timeout", TIME_S)
        assert server.connections == SINGLE.attempts
        assert len(server.requests) == 1


NO_ANSWERS = {
    "no status": (b"HTTP/1.1 OK\r\n\r\n", 5, "not a valid HTTP response"),
    "binary": (bytes(range(128, 256)) * 20 + b"\r\n\r\n", 5, "not a valid HTTP response"),
    "a status only": (b"HTTP/1.1 200 OK\r\n", 5, "invalid response"),
    "comments only": (b"HTTP/1.1 200 OK\r\n\r\n:\n:\n", 5, "no audio"),
    "an error of 100 kB": (http(b"x" * 100_000, status="400 No"), 6, "400: xxx"),
    "an endless error": (b"HTTP/1.1 400 No\r\n\r\n" + b"y" * 3_000_000, 6, "400: yyy"),
    "more than may be": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n{",
        6,
        "larger than 8 MiB",
    ),
    "a negative length": (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}", 5, "no audio"),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 5, ""),
}


def test_answers_that_are_none(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """Refused in bounded time and memory, without a word of Python."""

    def meet(what: str) -> None:
        answer, code, words = NO_ANSWERS[what]
        with serving(answering(answer)) as server:
            ask(qwentts.elsewhere(tmp_path / what), server.base_url, code, words)

    at_once(meet, NO_ANSWERS)
