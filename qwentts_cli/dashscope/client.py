"""The thin client: ask for speech, as a whole or as a stream, and fetch finished audio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.dashscope.audio_url import check_audio_url
from qwentts_cli.dashscope.endpoints.route import find_route
from qwentts_cli.dashscope.errors import service_error
from qwentts_cli.dashscope.refusal import Asked, Refusal, is_web_page, web_page_error
from qwentts_cli.dashscope.sse import Event, looks_like_events, parse_events
from qwentts_cli.dashscope.transport.pace import Pace
from qwentts_cli.dashscope.transport.proof import is_proven_whole
from qwentts_cli.dashscope.transport.retry_after import parse_retry_after
from qwentts_cli.dashscope.transport.session import (
    Arriving,
    BearerAuth,
    Sessions,
    Timeouts,
    exchange,
    no_auth,
)
from qwentts_cli.dashscope.wire import (
    Answer,
    decode_answer,
    encode_body,
    foreign_text,
    parse_document,
    read_refusal,
)
from qwentts_cli.errors import LinkBroken, LinkExpired, NetworkError, QwenTTSError, RejectedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.dashscope.endpoint import Endpoint
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.settings.credentials import ApiKey

MAX_ANSWER_BYTES = 8 << 20
MAX_ERROR_BYTES = 64 << 10
# A request has 600 units of text: at 48 kB a second this is 0.87 s for each of them, more than even letters
# spelled out take. Four endless answers at once still fit into 150 MiB of memory.
MAX_AUDIO_BYTES = 24 << 20
SLOWEST_BYTES_PER_S = 1 << 10
_OK = 200


class Download(Struct, frozen=True):
    """`is_whole`: the transfer itself proved that nothing is missing."""

    body: bytes
    is_whole: bool


class SpeechClient(Sessions):
    """One endpoint with one key; safe to share between threads."""

    def __init__(
        self, endpoint: Endpoint, key: ApiKey, *, timeouts: Timeouts, audio_host_suffix: str
    ) -> None:
        super().__init__(endpoint)
        self._key = key
        self._timeouts = timeouts
        self._audio_host_suffix = audio_host_suffix

    def synthesize(self, request: SynthesisRequest) -> Answer:
        """Ask for speech and get the address of the finished audio, or the audio itself.

        Raises:
            QwenTTSError: the service refused, or nothing usable came back.
        """
        with exchange(self._api, self._post(request, stream=False), self._timeouts) as arriving:
            return self._whole_answer(arriving, request)

    def stream(self, request: SynthesisRequest) -> Iterator[Answer]:
        """Ask for speech and get it in pieces; the last answer has the address of the whole.

        Raises:
            QwenTTSError: also in the middle, when the service fails, or the stream ends before its end.
        """
        with exchange(self._api, self._post(request, stream=True), self._timeouts) as arriving:
            if arriving.status != _OK or "event-stream" not in arriving.headers.get("Content-Type", ""):
                yield self._whole_answer(arriving, request)
                return
            _refuse_encoding(arriving)
            # Comments that keep the connection alive are no sound.
            pace, size, answer = Pace(self._timeouts.idle, least=1), 0, Answer()
            for event in parse_events(arriving.pieces(pace)):
                pace.gain(1)
                if event.is_done and size:
                    yield replace(answer, audio=b"", is_last=True)
                    return
                answer = self._part(event, request)
                size += len(answer.audio)
                if size > MAX_AUDIO_BYTES:
                    raise _too_large("the audio", MAX_AUDIO_BYTES)
                yield answer
                if answer.is_last:
                    return
            raise NetworkError(
                "the stream ended early, before the service said it was complete", maybe_billed=True
            )

    def get(self, path: str) -> dict[str, Any]:
        """Ask one of the service's free questions, such as which models there are.

        Raises:
            QwenTTSError: the service refused, or nothing usable came back.
        """
        url, auth = self._endpoint.base_url + path, BearerAuth(self._key.secret)
        with exchange(self._api, requests.Request("GET", url, auth=auth), self._timeouts) as arriving:
            if arriving.status != _OK:
                raise self._error(receive_refusal(arriving))
            _refuse_encoding(arriving)
            return parse_document(self._read_answer(arriving))

    def download(self, url: str) -> Download:
        """Fetch finished audio from the storage, which needs no key and must not see one.

        Raises:
            LinkBroken: the address does not open.
            NetworkError: the transfer failed or is not whole; the same address may be tried again.
            RejectedError: the address is not one to fetch from, or the audio is larger than 24 MiB.
        """
        try:
            return self._download(check_audio_url(url, self._endpoint, self._audio_host_suffix))
        except QwenTTSError as error:
            raise error.replace(maybe_billed=False) from error  # only a synthesis costs

    def _download(self, url: str) -> Download:
        request = requests.Request("GET", url, auth=no_auth)
        with exchange(self._storage, request, self._timeouts) as arriving:
            if arriving.status != _OK:
                raise _storage_error(arriving)
            _refuse_encoding(arriving)
            pace = Pace(self._timeouts.idle, least=int(self._timeouts.idle * SLOWEST_BYTES_PER_S))
            body = _read(arriving, MAX_AUDIO_BYTES, "the audio", pace)
            if body.lstrip()[:1] in {b"<", b"{"} or is_web_page(body):
                raise NetworkError("something other than the storage answered at the audio's address")
            return Download(body, is_proven_whole(body, arriving.headers))

    def _post(self, request: SynthesisRequest, *, stream: bool) -> requests.Request:
        headers = {"Content-Type": "application/json"}
        if stream:
            headers |= {"X-DashScope-SSE": "enable", "Accept": "text/event-stream"}
        route = find_route(request.model)
        return requests.Request(
            "POST",
            self._endpoint.base_url + route.path,
            data=encode_body(route.build_body(request)),
            headers=headers,
            auth=BearerAuth(self._key.secret),
        )

    def _whole_answer(self, arriving: Arriving, request: SynthesisRequest) -> Answer:
        if arriving.status != _OK:
            raise self._error(receive_refusal(arriving), request)
        _refuse_encoding(arriving)
        data = self._read_answer(arriving)
        if looks_like_events(data):
            return self._joined(data, request)
        if data.lstrip().startswith(b"<"):
            kind = foreign_text(arriving.headers.get("Content-Type", "unknown")).split(";")[0]
            raise _no_audio(f"unexpected content type {kind} instead of an answer")
        return self._checked(decode_answer(data), request)

    def _read_answer(self, arriving: Arriving) -> bytes:
        data = _read(arriving, MAX_ANSWER_BYTES, "the answer")
        if is_web_page(data):
            raise web_page_error(arriving.status, self._endpoint.label)
        return data

    def _joined(self, data: bytes, request: SynthesisRequest) -> Answer:
        """The answer in the events of a stream that was not asked for."""
        joined = Answer()
        for event in parse_events([data]):
            if event.is_done:
                break
            part = self._part(event, request)
            joined = replace(
                part,
                audio=joined.audio + part.audio,
                url=part.url or joined.url,
                metered=part.metered or joined.metered,
            )
        return self._checked(joined, request)

    def _part(self, event: Event, request: SynthesisRequest) -> Answer:
        status = event.status or _OK
        answer = decode_answer(event.data, status)
        if event.name == "error" or isinstance(answer, Refusal):
            raise self._error(read_refusal(event.data, status), request)
        return answer

    def _checked(self, answer: Answer | Refusal, request: SynthesisRequest) -> Answer:
        if isinstance(answer, Refusal):
            raise self._error(answer, request)
        if not answer.url and not answer.audio:
            raise _no_audio("there is no audio in the response")
        return answer

    def _error(self, refusal: Refusal, request: SynthesisRequest | None = None) -> QwenTTSError:
        asked = Asked(
            endpoint=self._endpoint.label,
            key_origin=self._key.origin,
            model=request.model if request else "",
            voice=request.voice if request else "",
            is_workspace_host=self._endpoint.is_workspace,
            is_plan_key=self._key.is_of_a_plan,
        )
        return service_error(refusal, asked)


def receive_refusal(arriving: Arriving) -> Refusal:
    """Read an answer that is not 200; only inside `exchange`."""
    retry_after = parse_retry_after(arriving.headers.get("Retry-After", ""), arriving.headers.get("Date"))
    return read_refusal(
        read_start(arriving),
        arriving.status,
        request_id=arriving.headers.get("x-request-id", ""),
        retry_after_s=retry_after,
    )


def read_start(arriving: Arriving) -> bytes:
    """Read the beginning of an error's body; nothing of a compressed one, which would look like garbage."""
    if _encoding(arriving):
        return b""
    start = b""
    for piece in arriving.pieces():
        start += piece
        if len(start) > MAX_ERROR_BYTES:
            break
    return start


def _read(arriving: Arriving, limit: int, what: str, pace: Pace | None = None) -> bytes:
    if arriving.length > limit:
        raise _too_large(what, limit)
    pieces, size = [], 0
    for piece in arriving.pieces(pace):
        if pace:
            pace.gain(len(piece))
        size += len(piece)
        if size > limit:
            raise _too_large(what, limit)
        pieces.append(piece)
    return b"".join(pieces)


def _encoding(arriving: Arriving) -> str:
    encoding = arriving.headers.get("Content-Encoding", "").lower()
    return "" if encoding == "identity" else encoding


def _refuse_encoding(arriving: Arriving) -> None:
    if _encoding(arriving):
        raise _no_audio("the answer has a content encoding that was not asked for")


def _storage_error(arriving: Arriving) -> QwenTTSError:
    status = arriving.status
    if status == 403 and b"expired" in read_start(arriving).lower():  # noqa: PLR2004 - a status is its own name
        return LinkExpired("the link of the audio has expired")
    if 400 <= status < 500 and status not in {407, 408, 425, 429}:  # noqa: PLR2004 - likewise
        return LinkBroken(f"the link of the audio does not open ({status})")
    if 300 <= status < 400:  # noqa: PLR2004 - likewise
        return NetworkError(
            "the audio's address answered with a redirect, which is not followed",
            hint="Sign in to the network, if it asks for that, and run the same command again.",
        )
    return NetworkError(f"the download of the audio failed with {status}", hint="Try again in a while.")


def _too_large(what: str, limit: int) -> RejectedError:
    message = f"{what} is larger than {limit >> 20} MiB, the most that is accepted"
    return RejectedError(message, maybe_billed=True)


def _no_audio(message: str) -> NetworkError:
    """An answer that is none of the service's, or has no audio in it: asking again seldom helps."""
    return NetworkError(message, maybe_billed=True, most_attempts=3)
