"""What variables say of proxies and certificates."""

from __future__ import annotations

import os
import ssl
import sys
from typing import TYPE_CHECKING

import certifi
import pytest

from qwentts_cli.dashscope.transport import environment
from qwentts_cli.dashscope.transport.environment import (
    check_environment,
    chosen_certificates,
    chosen_proxy,
    is_socks,
    own_certificates,
    proxy_label,
    system_trust,
    tell_certificates,
)
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://tts.example.com/api/v1"
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *map(str.upper, PROXIES), *CERTIFICATES):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://proxy.example.com:3128",
        "HTTPS://me:secret@proxy:65535/",
        "proxy:1",
        "http://proxy",
        "http://[::1]:3128",
        "http://me:p@ss@proxy:3128",
    ],
)
def test_a_proxy_that_can_be_used(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Its password is shown nowhere."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    check_environment(URL)
    assert chosen_proxy(URL).endswith("(HTTPS_PROXY)")
    assert proxy_label(URL) == f"the proxy {chosen_proxy(URL)}"
    assert "secret" not in chosen_proxy(URL)
    assert "ss@" not in chosen_proxy(URL)


@pytest.mark.parametrize(
    ("proxy", "says"),
    [
        ("ftp://proxy:1", "names a proxy of an unknown kind"),
        ("http://", "is not the address of a proxy"),
        ("http://proxy:0", "is not the address of a proxy"),
        ("http://proxy:65536", "is not the address of a proxy"),
        ("http://proxy:x", "is not the address of a proxy"),
        ("http://proxy/path", "is not the address of a proxy"),
        ("socks5h://proxy:1", "names a SOCKS proxy, for which PySocks is not installed"),
    ],
)
def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, proxy: str, says: str) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(UsageError, match=f"https_proxy {says}") as raised:
        check_environment(URL)
    assert raised.value.hint


def test_a_socks_proxy_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socks", os)
    monkeypatch.setenv("ALL_PROXY", "socks5://proxy:1")
    check_environment(URL)
    assert is_socks("SOCKS5H://proxy")
    assert not is_socks("http://proxy")


def test_without_a_proxy_there_is_nothing_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor where the host is an exception."""
    assert (chosen_proxy(URL), proxy_label(URL)) == ("", "the proxy")
    monkeypatch.setenv("https_proxy", "ftp://proxy")
    monkeypatch.setenv("no_proxy", "example.com")
    check_environment(URL)
    assert chosen_proxy(URL) == ""


def test_a_proxy_that_no_variable_names_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "get_environ_proxies", lambda _: {"https": "http://proxy:3128"})
    assert chosen_proxy(URL) == "proxy:3128 (the system's settings)"


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificates_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """By which variable, which file, and why."""
    path = tmp_path / "ca.pem"
    for says in ("does not exist", "holds no certificates"):
        monkeypatch.setenv(name, str(path))
        with pytest.raises(UsageError, match=f"{name} names {path}, which {says}") as raised:
            check_environment(URL)
        assert name in raised.value.hint
        path.write_text("nothing")
    for good in (certifi.where(), str(tmp_path)):
        monkeypatch.setenv(name, good)
        check_environment(URL)


def test_the_first_variable_of_certificates_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """All who look at them agree."""
    assert (chosen_certificates(), own_certificates()) == ("", None)
    for name in reversed(CERTIFICATES):
        monkeypatch.setenv(name, f"/{name}.pem")
        assert chosen_certificates() == tell_certificates() == f"/{name}.pem ({name})"
        assert system_trust() is None
        assert own_certificates() == f"/{name}.pem"


def test_who_is_believed_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system with the extra, else those that come with requests."""
    monkeypatch.setitem(sys.modules, "truststore", None)
    assert system_trust() is None
    assert "come with requests" in tell_certificates()
    monkeypatch.setitem(sys.modules, "truststore", ssl)
    assert isinstance(system_trust(), ssl.SSLContext)
    assert "of the system" in tell_certificates()
