"""One request made into sound: kept from before, or asked for, fetched and found to be whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from qwentts_cli.audio.served import read_served_audio
from qwentts_cli.audio.stream import StreamDecoder
from qwentts_cli.audio.wav import Pcm, join_pcm
from qwentts_cli.dashscope.wire import Answer
from qwentts_cli.errors import BadAudioError, LinkBroken, RejectedError
from qwentts_cli.metered import Metered, Tally
from qwentts_cli.synthesis.cache import Clip
from qwentts_cli.synthesis.usage import Usage
from qwentts_cli.synthesis.word_times import WordTimes, find_words, read_words
from qwentts_cli.text.units import count_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qwentts_cli.billing.payments import Bill, Payments
    from qwentts_cli.dashscope.on_demand import SpeechService
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.synthesis.attempts import Attempts
    from qwentts_cli.synthesis.store import Store

Emit = Callable[[Pcm], None]
Settle = Callable[[bool], None]

_MOST_NEW_LINKS = 2


class Synthesizer:
    """Shared by all workers.

    Args:
        client: the service.
        open_client: called before a sound is paid for; what it raises has cost nothing.
        cancelled: ends the waits of the attempts.
        asking: the attempts at a synthesis, each of which may cost.
        fetching: the attempts at a download, which costs nothing.
        store: what was paid for before; `None` neither looks nor keeps.
        is_streamed: give the sound out while it is being made.
        payments: told of each request that may cost.
    """

    def __init__(
        self,
        client: SpeechService,
        *,
        open_client: Callable[[], None] = lambda: None,
        cancelled: threading.Event,
        asking: Attempts,
        fetching: Attempts,
        store: Store | None,
        is_streamed: bool,
        payments: Payments,
    ) -> None:
        self._client = client
        self._open_client = open_client
        self._cancelled = cancelled
        self._asking = asking
        self._fetching = fetching
        self._store = store
        self._buy_opened = self._buy_stream if is_streamed else self._buy_whole
        self._payments = payments
        self._in_flight = _InFlight()

    def __call__(self, request: SynthesisRequest, emit: Emit) -> Usage:
        """Make the sound of one request and give it to `emit`.

        Raises:
            QwenTTSError: it cannot be had.
        """
        with _paced(request, emit) as own:
            return self._make(request, own)

    def make_anew(self, request: SynthesisRequest, emit: Emit) -> tuple[Usage, Settle]:
        """Likewise, whatever was kept of it before.

        Returns:
            What it took; and what is to be told whether the new sound is kept instead of the one before.

        Raises:
            QwenTTSError: it cannot be had.
        """
        store = self._store
        with _paced(request, emit) as own, self._in_flight.count():
            if store is None:
                return self._buy(request, own, "")[0], lambda _is_kept: None
            key = store.key(request)
            with store.turn(key):
                store.forget_answer(key)
                usage, clip = self._buy(request, own, key)
        return usage, lambda is_kept: store.keep(key, clip) if is_kept else store.forget_answer(key)

    def _make(self, request: SynthesisRequest, emit: Emit) -> Usage:
        """Make it at its own pace, as it is kept."""
        store = self._store
        if store is None:
            with self._in_flight.count():
                return self._buy(request, emit, "")[0]
        key = store.key(request)
        with self._in_flight.count(), store.turn(key):
            kept = store.find(key)
            if kept is None:
                usage, clip = self._buy(request, emit, key)
                store.keep(key, clip)
                return usage
        emit(replace(kept.pcm, words=tuple(read_words(request.text, kept.words))))
        return Usage(characters=kept.characters)

    def cancel(self) -> None:
        """Let nobody wait any longer; what has been sent may still arrive."""
        self._cancelled.set()

    def settle(self, seconds: float) -> int:
        """Wait up to `seconds` for the requests in flight; gives how many remain."""
        return self._in_flight.wait(seconds)

    def _buy(self, request: SynthesisRequest, emit: Emit, key: str) -> tuple[Usage, Clip]:
        self._open_client()
        usage, pcm = self._buy_opened(request, emit, key)
        words = tuple(find_words(request.text, pcm.words))
        return usage, Clip(replace(pcm, words=()), usage.characters, words)

    def _buy_stream(self, request: SynthesisRequest, emit: Emit, key: str) -> tuple[Usage, Pcm]:
        if bought := self._fetch_saved(request, emit, key):
            return bought
        heard: list[Pcm] = []
        listen = partial(self._listen, request, emit, heard)
        answer, usage = self._asking.run(listen, may_repeat=lambda: not heard)
        if heard:
            return usage, join_pcm(heard)
        self._keep(request, key, answer)  # from a server that does not stream
        return self._fetch_whole(request, emit, key, answer, usage)

    def _listen(self, request: SynthesisRequest, emit: Emit, heard: list[Pcm]) -> tuple[Answer, Usage]:
        """Give out the sound of one stream, and add it to `heard`."""
        decoder, words = StreamDecoder(), WordTimes(request.text)
        answer, metered = Answer(), None
        with self._payments.request(request) as bill:
            for answer in self._stream(request, bill):
                metered = answer.metered or metered  # each has the sum until then
                words.hear(answer, _length_ms(heard))
                if answer.audio and (pcm := decoder.feed(answer.audio)):
                    heard.append(pcm)
                    emit(pcm)
            usage = _usage_of(request, answer, bill.pay(metered))
            if rest := decoder.finish():
                heard.append(rest)
                emit(rest)
            if not heard and not answer.url:
                # It was billed, and the same request would bring the same again.
                raise BadAudioError(
                    "the service sent empty audio", hint="Change the text or try again.", retryable=False
                )
        heard_ms = _length_ms(heard)
        if heard and (found := words.finish(heard_ms)):
            rate, channels = heard[0].sample_rate, heard[0].channels
            heard.append(Pcm(b"", rate, channels, tuple(word.moved(-heard_ms) for word in found)))
            emit(heard[-1])
        return replace(answer, words=()), usage

    def _buy_whole(self, request: SynthesisRequest, emit: Emit, key: str) -> tuple[Usage, Pcm]:
        bought = self._fetch_saved(request, emit, key)
        return bought or self._fetch_whole(request, emit, key, *self._ask(request, key))

    def _fetch_saved(self, request: SynthesisRequest, emit: Emit, key: str) -> tuple[Usage, Pcm] | None:
        """Fetch what an earlier run has paid for, if there is such a sound."""
        saved = self._store.find_answer(key, request.text) if self._store else None
        if saved is None:
            return None
        unpaid = Usage(characters=count_units(request.text))
        return self._fetch_whole(request, emit, key, saved, unpaid)

    def _fetch_whole(
        self, request: SynthesisRequest, emit: Emit, key: str, answer: Answer, usage: Usage
    ) -> tuple[Usage, Pcm]:
        """Fetch what `answer` links to or carries; a link that does not open is replaced by asking again."""
        new_links = 0
        while True:
            try:
                pcm = self._fetching.run(partial(self._fetch, answer))
            except (LinkBroken, RejectedError) as error:
                if self._store:
                    self._store.forget_answer(key)
                self._payments.lose()
                # Asking again would return the same invalid audio, unless an earlier run had asked.
                may_help = isinstance(error, LinkBroken) or not usage.requests
                if new_links == _MOST_NEW_LINKS or not may_help:
                    raise
            else:
                emit(pcm)
                return usage, pcm
            new_links += 1
            answer, more = self._ask(request, key)
            usage = replace(usage + more, characters=more.characters)  # it is the same text

    def _ask(self, request: SynthesisRequest, key: str) -> tuple[Answer, Usage]:
        answer, usage = self._asking.run(partial(self._post, request))
        self._keep(request, key, answer)
        return answer, usage

    def _post(self, request: SynthesisRequest) -> tuple[Answer, Usage]:
        with self._payments.request(request) as bill:
            if request.word_times:
                answer = self._hear_out(request, bill)
            else:  # which words are the text's own, only a stream that is heard tells
                answer = replace(self._client.synthesize(request), words=())
            return answer, _usage_of(request, answer, bill.pay(answer.metered))

    def _stream(self, request: SynthesisRequest, bill: Bill) -> Iterator[Answer]:
        for answer in self._client.stream(request):
            if answer.audio:
                bill.open()
            yield answer

    def _hear_out(self, request: SynthesisRequest, bill: Bill) -> Answer:
        """Take a stream as a whole, for the words that only a stream tells of."""
        sound, words = list[bytes](), WordTimes(request.text)
        decoder, heard = StreamDecoder(), list[Pcm]()
        answer, metered = Answer(), None
        for answer in self._stream(request, bill):
            metered = answer.metered or metered
            words.hear(answer, _length_ms(heard))
            sound.append(answer.audio)
            if answer.audio and (pcm := decoder.feed(answer.audio)):
                heard.append(pcm)
        whole = b"" if answer.url else b"".join(sound)
        return replace(answer, audio=whole, metered=metered, words=words.finish(_length_ms(heard)))

    def _fetch(self, answer: Answer) -> Pcm:
        if answer.url:
            download = self._client.download(answer.url)
            pcm = read_served_audio(download.body, is_whole=download.is_whole)
        else:  # the sound is in the answer itself
            pcm = read_served_audio(answer.audio, is_whole=True)
        return replace(pcm, words=answer.words)

    def _keep(self, request: SynthesisRequest, key: str, answer: Answer) -> None:
        if self._store:
            self._store.keep_answer(key, request.text, answer)


@contextmanager
def _paced(request: SynthesisRequest, emit: Emit) -> Iterator[Emit]:
    """Give what takes the service's own sound, and hands it on at the pace that was asked for."""
    if request.stretch == 1:
        yield emit
        return
    from qwentts_cli.audio.timing.paced import PacedSound

    sound = PacedSound(request.stretch, emit)
    yield sound.feed
    sound.finish()


def _length_ms(pieces: Sequence[Pcm]) -> int:
    return sum(piece.frames for piece in pieces) * 1000 // pieces[0].sample_rate if pieces else 0


def _usage_of(request: SynthesisRequest, answer: Answer, billed: Metered) -> Usage:
    ids = (answer.request_id,) if answer.request_id else ()
    tally = Tally({request.model: billed})
    return Usage(characters=billed.characters, billed=tally, requests=1, request_ids=ids)


class _InFlight:
    """How many requests are being made."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    @contextmanager
    def count(self) -> Iterator[None]:
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
