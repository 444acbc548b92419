"""Which servers are asked, and which audio addresses are fetched."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.util import parse_url

from qwentts_cli.dashscope.address import parse_address
from qwentts_cli.dashscope.audio_url import check_audio_url, check_storage_url
from qwentts_cli.dashscope.endpoint import Endpoint, custom_endpoint, is_loopback, region_endpoint
from qwentts_cli.errors import RejectedError, UsageError

INTL = Endpoint("https://dashscope-intl.aliyuncs.com/api/v1", "intl")
LOCAL = Endpoint("http://127.0.0.1:8000/api/v1", "local")
OWN = Endpoint("https://tts.example.com:8443/api/v1", "own")
SUFFIX = ".aliyuncs.com"
OSS = "dashscope-result-bj.oss-cn-beijing.aliyuncs.com"


@pytest.mark.parametrize(
    ("name", "workspace", "url"),
    [
        ("intl", None, "https://dashscope-intl.aliyuncs.com/api/v1"),
        ("cn", None, "https://dashscope.aliyuncs.com/api/v1"),
        ("us", None, "https://dashscope-us.aliyuncs.com/api/v1"),
        ("hk", None, "https://cn-hongkong.dashscope.aliyuncs.com/api/v1"),
        ("cn-beijing", None, "https://dashscope.aliyuncs.com/api/v1"),
        ("intl", "ws-1", "https://ws-1.ap-southeast-1.maas.aliyuncs.com/api/v1"),
        ("EU", "ws-1", "https://ws-1.eu-central-1.maas.aliyuncs.com/api/v1"),
    ],
)
def test_a_region_is_a_host(name: str, workspace: str | None, url: str) -> None:
    """Shared hosts, workspace hosts, and the service's own ids of regions."""
    assert region_endpoint(name, workspace).base_url == url


@pytest.mark.parametrize(
    ("name", "workspace"), [("mars", None), ("eu", None), ("cn", "a/b"), ("cn", "x.evil.com#")]
)
def test_a_region_that_is_none(name: str, workspace: str | None) -> None:
    """Nothing that is typed can lead to a foreign host."""
    with pytest.raises(UsageError):
        region_endpoint(name, workspace)


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://tts.example.com/api/v1/", "https://tts.example.com/api/v1"),
        ("https://tts.example.com", "https://tts.example.com/api/v1"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/api/v1"),
        ("https://tts.example.com:1", "https://tts.example.com:1/api/v1"),
        ("https://tts.example.com:65535", "https://tts.example.com:65535/api/v1"),
        ("http://localhost:8000/v2", "http://localhost:8000/v2"),
        ("http://[::1]:8000/api/v1", "http://[::1]:8000/api/v1"),
    ],
)
def test_a_base_url(typed: str, url: str) -> None:
    """Anything that speaks the API; http on this machine only."""
    assert custom_endpoint(typed).base_url == url


@pytest.mark.parametrize(
    "typed",
    [
        "tts.example.com",
        "http://tts.example.com/api/v1",
        "http://127.0.0.1.evil.com/",
        "file:///etc/passwd",
        "ftp://x/",
        "javascript:alert(1)",
        "//host/",
        "http://",
        "https://[::1",
        "https://user:pw@tts.example.com/",
        "https://tts.example.com/?key=1",
        "https://tts.example.com:65536/",
        "https://evil.com\\.aliyuncs.com/",
        "https://ex\nample.com/",
        "http://[::1]evil.com/",
        "http://[::1]:80evil.com/",
        "http://[::1%25lo]/",
        "http://127.0.0.1@evil.com/",
        "http://localhost:x@evil.com/",
        "http://localhost\\@evil.com/",
        "http://localhost#@evil.com/",
        "http://evillocalhost/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1%2eevil.com/",
        "http://127.0.0.1\t.evil.com/",
        "http://127.0.0.1 .evil.com/",
        "http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/",
        "http://127\u3002evil.com/",
        "https://m\u00fcnchen.example/",
        "https://tts.example.com:0/",
        "https://tts.example.com:8_0/",
        "https://-tts.example.com/",
        "https://tts..example.com/",
    ],
)
def test_a_base_url_that_is_refused(typed: str) -> None:
    """No clear text, no foreign password, no tricks of writing."""
    with pytest.raises(UsageError):
        custom_endpoint(typed)


@pytest.mark.parametrize(
    ("url", "endpoint", "fetched"),
    [
        (
            f"http://{OSS}/a.wav?Expires=1&Signature=x%2B",
            INTL,
            f"https://{OSS}/a.wav?Expires=1&Signature=x%2B",
        ),
        (f"https://{OSS}/a.wav", INTL, f"https://{OSS}/a.wav"),
        (f"http://{OSS}:80/a.wav", INTL, f"https://{OSS}/a.wav"),
        ("http://127.0.0.1:9/a.wav", LOCAL, "http://127.0.0.1:9/a.wav"),
        (f"http://{OSS}/a.wav", LOCAL, f"https://{OSS}/a.wav"),
        ("https://tts.example.com:8443/a.wav", OWN, "https://tts.example.com:8443/a.wav"),
        ("http://tts.example.com/a.wav", OWN, "https://tts.example.com/a.wav"),
    ],
)
def test_audio_comes_over_https_from_the_services_storage(url: str, endpoint: Endpoint, fetched: str) -> None:
    """The service hands out http; the signature does not cover the scheme."""
    assert check_audio_url(url, endpoint, SUFFIX) == fetched


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "ftp://x.aliyuncs.com/a",
        "javascript:alert(1)",
        "//x.aliyuncs.com/a",
        "https://evil.com/a.wav",
        "https://evil.com\\.aliyuncs.com/a.wav",
        "https://aliyuncs.com.evil.com/a.wav",
        "https://evilaliyuncs.com/a.wav",
        "https://x.aliyuncs.com@evil.com/a.wav",
        "https://user:pw@x.aliyuncs.com/a.wav",
        "https://x.\u0430liyuncs.com/a.wav",
        "https://x.aliyuncs.com:22/a.wav",
        "https://x.aliyuncs.com%00.evil.com/a.wav",
        "https://x.aliyuncs.com\r\nHost: evil.com/a.wav",
        "https://127.0.0.1/a.wav",
        "https://[::1]/a.wav",
        "https://2130706433/a.wav",
        "https://0x7f000001/a.wav",
        "https://127.1/a.wav",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/a.wav",
        "https://localhost/a.wav",
        "https://x.aliyuncs.com./a.wav",
        "https://.aliyuncs.com/a.wav",
        f"https://{OSS}/{'a' * 5000}",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    """A server, or who speaks for it, cannot have us fetch from anywhere."""
    with pytest.raises(RejectedError, match="refused the audio URL"):
        check_audio_url(url, INTL, SUFFIX)
    with pytest.raises(RejectedError, match="refused the storage's address"):
        check_storage_url(url, INTL, SUFFIX)


MARKS = ["://", "/", "//", "\\", "@", ":", "#", "?", "[", "]", ".", "-", "_", "%2e", "%00", "\t", "\n", " "]
HOSTS = [
    "http",
    "\u3002",
    "::1",
    "127.0.0.1",
    "localhost",
    "evil.com",
    "aliyuncs.com",
    "80",
    "1",
    "0x7f",
    "\u0430",
]


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from([*MARKS, *HOSTS]), max_size=9).map(lambda pieces: "http://" + "".join(pieces))
)
def test_every_parser_reads_an_accepted_address_alike(text: str) -> None:
    """What was checked is what is asked: the parser that connects finds the same host and port."""
    try:
        address = parse_address(text)
    except ValueError:
        return
    for url in (text, address.url):
        connects, splits = parse_url(url), urlsplit(url)
        assert (connects.host or "").strip("[]") == splits.hostname == address.host
        assert connects.port == splits.port == address.port
        assert connects.auth is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (
            "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "https://dashscope-intl.aliyuncs.com/api/v1",
        ),
        (
            "https://h.example/api/v1/services/aigc/multimodal-generation/generation",
            "https://h.example/api/v1",
        ),
    ],
)
def test_another_path_of_the_service_is_named(typed: str, meant: str) -> None:
    """Who copied the address of another API is told the one of this."""
    with pytest.raises(UsageError) as raised:
        custom_endpoint(typed)
    assert raised.value.hint == f"Use {meant}."


@pytest.mark.parametrize("port", [22, 844, 84430])
def test_the_endpoints_own_host_serves_audio_at_its_own_port(port: int) -> None:
    """Or at the usual ones; a part of its number is another port."""
    with pytest.raises(RejectedError, match="refused the audio URL"):
        check_audio_url(f"https://tts.example.com:{port}/a.wav", OWN, SUFFIX)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["127.0.0.1"], True),
        (["::1", "127.0.0.1"], True),
        (["127.0.0.1", "192.0.2.1"], False),
        (["192.0.2.1"], False),
        ([], False),
        (None, False),
    ],
)
def test_a_name_is_this_machine_if_all_its_addresses_are(
    monkeypatch: pytest.MonkeyPatch, found: list[str] | None, *, expected: bool
) -> None:
    """Or the key could leave it in the clear; other names are not even looked up."""

    def look_up(_host: str, _port: None) -> list[tuple[object, ...]]:
        if found is None:
            raise OSError
        return [(2, 1, 6, "", (address, 0)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    for name in ("localhost", "a.localhost"):
        assert is_loopback(name) == expected
    for name in ("example.com", "localhost.example.com", "notlocalhost"):
        assert not is_loopback(name)
    assert is_loopback("127.9.9.9")
    assert not is_loopback("192.0.2.1")
