"""What the client makes of the answers of the makers of voices, and of the storage for recordings."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.own_voices import client as client_module
from qwentts_cli.dashscope.own_voices.client import Upload, VoiceClient
from qwentts_cli.dashscope.own_voices.voice_errors import VoiceUnknown
from qwentts_cli.dashscope.transport.session import Timeouts
from qwentts_cli.errors import AuthError, NetworkError, QwenTTSError, RejectedError
from qwentts_cli.settings.credentials import ApiKey
from tests.reliability.raw_server import RawServer, answering, http, read_request, serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

KEY = "sk-canary0123456789"
MAKER = "voice-enrollment"
SAMPLE = Upload(b"RIFF" * 100, "wav", "audio/wav")
PERMIT: dict[str, object] = {
    "oss_access_key_id": "id",
    "signature": "s",
    "policy": "p",
    "x_oss_object_acl": "private",
    "x_oss_forbid_overwrite": "true",
    "upload_dir": "a/b",
}


@contextmanager
def client_of(server: RawServer) -> Iterator[VoiceClient]:
    endpoint, limits = custom_endpoint(server.base_url), Timeouts()
    with VoiceClient(endpoint, ApiKey(KEY, "x"), timeouts=limits, storage_suffix=".x") as client:
        yield client


def ask(answer: bytes, **given: str) -> dict[str, object]:
    with serving(answering(answer)) as server, client_of(server) as client:
        return client.ask(MAKER, {"action": "list_voice"} | given)


def upload(
    permit: dict[str, object], storage: bytes = http(b""), sample: Upload = SAMPLE
) -> tuple[str, list[bytes]]:
    """Give the address of what was uploaded, and the requests."""

    def script(line: socket.socket, server: RawServer) -> None:
        is_question = read_request(line, server).startswith(b"GET ")
        data = {"upload_host": f"http://127.0.0.1:{server.port}/store"} | permit
        line.sendall(http(json.dumps({"data": data}).encode()) if is_question else storage)

    with serving(script) as server, client_of(server) as client:
        return client.upload(MAKER, sample), server.requests


def test_a_recording_goes_to_the_storage_with_the_services_permission() -> None:
    """Under a name of its own in the folder that was named, and without the key."""
    address, [question, form] = upload(PERMIT)
    assert address.startswith("oss://a/b/")
    assert address.endswith(".wav")
    assert b"GET /api/v1/uploads?action=getPolicy&model=voice-enrollment " in question
    assert form.startswith(b"POST /store ")
    assert KEY.encode() not in form
    for part in (SAMPLE.data, address.removeprefix("oss://").encode(), b'"signature"', b"private"):
        assert part.lower() in form.lower()
    assert upload(PERMIT)[0] != address


@pytest.mark.parametrize("status", ["204 X", "299 X"])
def test_a_storage_may_agree_in_its_own_way(status: str) -> None:
    upload(PERMIT, http(b"", status=status))


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        *(
            (status, NetworkError, "the upload of the sample failed")
            for status in (403, 408, 425, 429, 500, 503)
        ),
        *((status, RejectedError, "refused the sample with") for status in (302, 400, 404, 409, 499)),
    ],
)
def test_a_storage_that_refuses(status: int, kind: type[QwenTTSError], says: str) -> None:
    """What may be over, or go well later, is asked for again; nothing of it is billed."""
    with pytest.raises(kind, match=f"{says}.*{status}") as raised:
        upload(PERMIT, http(b"", status=f"{status} X"))
    assert (raised.value.retryable, raised.value.maybe_billed) == (kind is NetworkError, False)


def test_a_sample_that_is_too_large_for_the_storage() -> None:
    with pytest.raises(RejectedError, match="finds the sample too large"):
        upload(PERMIT, http(b"<Code>EntityTooLarge</Code>", status="403 X"))


def test_a_sample_is_no_larger_than_permitted() -> None:
    """It is not sent; a limit that is none does not count."""
    sample = SAMPLE._replace(data=bytes(1 << 20))
    upload(PERMIT | {"max_file_size_mb": 1}, sample=sample)
    for none in (0, -1, True, "1", None):
        upload(PERMIT | {"max_file_size_mb": none}, sample=SAMPLE)
    with pytest.raises(RejectedError, match="has 1,048,577 bytes, and the service takes 1,048,576"):
        upload(PERMIT | {"max_file_size_mb": 1}, sample=SAMPLE._replace(data=bytes((1 << 20) + 1)))


@pytest.mark.parametrize("name", [*PERMIT, "upload_host"])
def test_a_permission_that_lacks_something_is_none(name: str) -> None:
    """It is asked for again a few times, and nothing is sent."""
    for value in (None, "", 1, "x" * 8193):
        with pytest.raises(NetworkError, match="not complete") as raised:
            upload(PERMIT | {name: value})
        assert raised.value.most_attempts == 3


def test_a_permission_may_be_long_and_is_a_table() -> None:
    upload(PERMIT | {"policy": "x" * 8192})
    with (
        serving(answering(http(b'{"data":[]}'))) as server,
        client_of(server) as client,
        pytest.raises(NetworkError, match="not complete"),
    ):
        client.upload(MAKER, SAMPLE)


def test_what_a_maker_says_is_its_output() -> None:
    """Nothing where it is of another shape."""
    assert ask(http(b'{"output":{"voice_id":"v"}}')) == {"voice_id": "v"}
    assert ask(http(b"{}")) == ask(http(b'{"output":[]}')) == {}


@pytest.mark.parametrize(("url", "is_resolved"), [("oss://a/b.wav", True), ("https://a/oss://", False)])
def test_what_is_in_the_storage_is_resolved_there(url: str, *, is_resolved: bool) -> None:
    with serving(answering(http(b"{}"))) as server, client_of(server) as client:
        client.ask(MAKER, {"url": url}, parameters={"sample_rate": 24_000})
    [request] = server.requests
    assert (b"X-DashScope-OssResourceResolve: enable" in request) == is_resolved
    assert f"Bearer {KEY}".encode() in request
    assert json.loads(request.partition(b"\r\n\r\n")[2])["parameters"] == {"sample_rate": 24_000}


@pytest.mark.parametrize("name", ["voice", "voice_id"])
@pytest.mark.parametrize("status", ["400 X", "200 OK"])
def test_a_refusal_names_the_voice(name: str, status: str) -> None:
    """As either maker calls it, and with whatever status."""
    answer = http(b'{"code":"BadRequest.VoiceNotFound","message":"x"}', status=status)
    with pytest.raises(VoiceUnknown, match="has no voice mine"):
        ask(answer, **{name: "mine"})


def test_a_refusal_says_who_was_asked() -> None:
    with pytest.raises(AuthError, match=r"the API key from x \(asked: 127\.0\.0\.1:\d+\)"):
        ask(http(b"", status="401 X"))


def test_a_page_is_no_answer() -> None:
    with pytest.raises(NetworkError, match="a web page came with status 200"):
        ask(http(b"<!doctype html><html>"))


def test_no_answer_is_larger_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be a voice that was made."""
    monkeypatch.setattr(client_module, "_MAX_ANSWER_BYTES", 1 << 20)
    assert ask(http(b"{}".ljust(1 << 20))) == {}
    with pytest.raises(RejectedError, match="larger than 1 MiB") as raised:
        ask(http(b"{}".ljust((1 << 20) + 1)))
    assert raised.value.maybe_billed
