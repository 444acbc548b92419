"""One request made into sound: kept from before, or asked for, fetched and found to be whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from qwentts_cli.audio.stream import StreamDecoder
from qwentts_cli.audio.wav import Pcm, parse_wav
from qwentts_cli.dashscope.wire import Answer
from qwentts_cli.errors import BadAudioError, LinkBroken, QwenTTSError, RejectedError
from qwentts_cli.synthesis.cache import Cache, Clip, cache_key
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.batch.outcome import Gap
    from qwentts_cli.billing.budget import Account
    from qwentts_cli.dashscope.client import SpeechClient
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.synthesis.attempts import Attempts
    from qwentts_cli.synthesis.unfetched import UnfetchedAudio

Emit = Callable[[Pcm], None]

_MOST_NEW_LINKS = 2


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a finished synthesis was: `characters` of the text, and how many of them this run had to pay.

    Where the service does not say what it billed, they are counted as it counts.
    """

    characters: int
    billed: int = 0
    requests: int = 0
    request_ids: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def and_paid(self, answer: Answer) -> Receipt:
        """The receipt after one more answer of the service, which is the authority on its characters."""
        characters = answer.characters or self.characters
        ids = (*self.request_ids, answer.request_id) if answer.request_id else self.request_ids
        return Receipt(characters, self.billed + characters, self.requests + 1, ids)

    def __add__(self, other: Receipt) -> Receipt:
        return Receipt(
            self.characters + other.characters,
            self.billed + other.billed,
            self.requests + other.requests,
            self.request_ids + other.request_ids,
            self.gaps + other.gaps,
        )


@dataclass(frozen=True, slots=True)
class Store:
    """What was paid for before. `scope` names the server, `is_read` is false to have everything made anew."""

    cache: Cache
    pending: UnfetchedAudio
    scope: str
    is_read: bool = True

    def key(self, request: SynthesisRequest) -> str:
        return cache_key(self.scope, request.canonical())

    def find(self, key: str) -> Clip | None:
        return self.cache.get(key) if self.is_read else None


class Synthesizer:
    """Shared by all workers.

    Args:
        client: the service.
        cancelled: ends the waits of the attempts.
        asking: the attempts at a synthesis, each of which may cost.
        fetching: the attempts at a download, which costs nothing.
        store: what was paid for before; `None` neither looks nor keeps.
        is_streamed: give the sound out while it is being made.
        account: what may be spent.
    """

    def __init__(
        self,
        client: SpeechClient,
        *,
        cancelled: threading.Event,
        asking: Attempts,
        fetching: Attempts,
        store: Store | None,
        is_streamed: bool,
        account: Account,
    ) -> None:
        self._client = client
        self._cancelled = cancelled
        self._asking = asking
        self._fetching = fetching
        self._store = store
        self._account = account
        self._buy = self._buy_stream if is_streamed else self._buy_whole
        self._in_flight = _InFlight()

    def __call__(self, request: SynthesisRequest, emit: Emit) -> Receipt:
        """Make the sound of one request and give it to `emit`.

        Raises:
            QwenTTSError: it cannot be had.
        """
        store = self._store
        if store is None:
            with self._in_flight.counted():
                return self._buy(request, emit, None)[0]
        key = store.key(request)
        with self._in_flight.counted(), store.pending.turn(key):
            clip = store.find(key)
            if clip is None:
                receipt, pcm = self._buy(request, emit, key)
                if store.cache.put(key, Clip(pcm, receipt.characters)):
                    store.pending.drop(key)
                return receipt
        emit(clip.pcm)
        return Receipt(clip.characters)

    def cancel(self) -> None:
        """Let nobody wait any longer; what has been sent may still arrive."""
        self._cancelled.set()

    def settle(self, seconds: float) -> int:
        """Give what is being paid for at this moment so long to arrive; gives how many did not."""
        return self._in_flight.wait(seconds)

    def _buy_whole(self, request: SynthesisRequest, emit: Emit, key: str | None) -> tuple[Receipt, Pcm]:
        saved = self._pending(key)
        receipt, answer = Receipt(count_units(request.text)), saved
        for links_left in reversed(range(_MOST_NEW_LINKS + 1)):
            if answer is None:
                answer = self._asking.run(partial(self._ask, request))
                receipt = receipt.and_paid(answer)
                self._keep(key, answer)
            try:
                pcm = self._fetching.run(partial(self._fetch, answer.url))
            except (LinkBroken, RejectedError) as error:
                self._drop(key)
                lost = error.replace(maybe_billed=True)
                self._asking.on_failure(lost)
                # A sound that is none would be none again, if it was this run that had it made.
                if not links_left or not (answer is saved or isinstance(error, LinkBroken)):
                    raise lost from error
                answer = None
            else:
                emit(pcm)
                return receipt, pcm
        raise AssertionError("the last link either opens or raises")

    def _buy_stream(self, request: SynthesisRequest, emit: Emit, _key: str | None) -> tuple[Receipt, Pcm]:
        last, pcm = self._asking.run(partial(self._listen, request, emit))
        return Receipt(count_units(request.text)).and_paid(last), pcm

    def _ask(self, request: SynthesisRequest) -> Answer:
        with self._billing(request) as bill:
            answer = self._client.synthesize(request)
            bill(answer)
        return answer

    def _listen(self, request: SynthesisRequest, emit: Emit) -> tuple[Answer, Pcm]:
        """One attempt at a stream, which is the last one once a sound of it was given out."""
        decoder, heard, answer = StreamDecoder(), [], Answer()
        try:
            with self._billing(request) as bill:
                for answer in self._client.stream(request):
                    if answer.audio and (pcm := decoder.feed(answer.audio)):
                        heard.append(pcm)
                        emit(pcm)
                bill(answer)
                decoder.finish()
                is_whole = not heard and bool(answer.url)  # from a server that does not stream
                if is_whole:
                    heard.append(self._fetch(answer.url))
                if not heard:
                    raise BadAudioError("the service sent empty audio", hint="Change the text or try again.")
            if is_whole:
                emit(heard[0])
        except QwenTTSError as error:
            if heard:
                raise error.replace(retryable=False) from error
            raise
        return answer, replace(heard[0], data=b"".join(pcm.data for pcm in heard))

    @contextmanager
    def _billing(self, request: SynthesisRequest) -> Iterator[Callable[[Answer], None]]:
        """Reserve what a request costs, until it is billed or certainly was not."""
        reserved, is_billed = self._account.reserve(request), False

        def bill(answer: Answer) -> None:
            nonlocal is_billed
            is_billed = True
            characters = answer.characters or count_units(request.text)
            self._account.bill(request, characters, reserved)

        try:
            yield bill
        except QwenTTSError as error:
            # Damaged sound is sound that was made.
            if is_billed or isinstance(error, BadAudioError):
                raise error.replace(maybe_billed=True) from error
            if not error.maybe_billed:
                self._account.release(reserved)
            raise

    def _fetch(self, url: str) -> Pcm:
        download = self._client.download(url)
        return parse_wav(download.body, is_whole=download.is_whole)

    def _pending(self, key: str | None) -> Answer | None:
        return self._store.pending.get(key) if self._store and key else None

    def _keep(self, key: str | None, answer: Answer) -> None:
        if self._store and key:
            self._store.pending.put(key, answer)

    def _drop(self, key: str | None) -> None:
        if self._store and key:
            self._store.pending.drop(key)


class _InFlight:
    """How many requests are being made."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    @contextmanager
    def counted(self) -> Iterator[None]:
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def wait(self, seconds: float) -> int:
        with self._changed:
            self._changed.wait_for(lambda: not self._count, timeout=seconds)
            return self._count

    def _add(self, number: int) -> None:
        with self._changed:
            self._count += number
            self._changed.notify_all()
