"""One request made into sound: what is made of each way in which a service can answer."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace

from qwentts_cli.audio.wav import Pcm, Word, join_pcm, wav_header
from qwentts_cli.billing.budget import Budget
from qwentts_cli.billing.meter import Meter
from qwentts_cli.billing.payments import Payments
from qwentts_cli.billing.price import PriceList
from qwentts_cli.dashscope.client import Download
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.dashscope.wire import Answer
from qwentts_cli.errors import AuthError, BadAudioError, LinkExpired, NetworkError
from qwentts_cli.metered import Metered
from qwentts_cli.synthesis.attempts import Attempts
from qwentts_cli.synthesis.breaker import Breaker
from qwentts_cli.synthesis.cache import Cache
from qwentts_cli.synthesis.store import Store
from qwentts_cli.synthesis.synthesizer import Synthesizer
from qwentts_cli.synthesis.unfetched import UnfetchedAudio
from tests.virtual_time import VirtualTime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwentts_cli.errors import QwenTTSError

REQUEST = SynthesisRequest("One two", "Cherry", "qwen-audio-3.1-tts-flash")
HALF_SECOND = bytes(24_000)
WORDS = (Word("One", 0, 300), Word("two", 400, 700))
SPOKEN = (
    Answer("r", wav_header(None, 24_000) + HALF_SECOND, metered=Metered(8)),
    Answer("r", HALF_SECOND, metered=Metered(9), words=WORDS),
    Answer("r", is_last=True),
)
LINKED = Answer("r", url="https://a.x/a.wav", metered=Metered(9))


class Service:
    """Gives the same answers to each request, and fails first with each of `failures`.

    The address that the first one brings has a second of sound, that of the second two, and so on.
    """

    def __init__(self, *answers: Answer, failures: tuple[QwenTTSError, ...] = ()) -> None:
        self.asked = 0
        self._answers = answers
        self._failures = iter(failures)

    def synthesize(self, _request: SynthesisRequest) -> Answer:
        self.asked += 1
        return self._answers[-1]

    def stream(self, _request: SynthesisRequest) -> Iterator[Answer]:
        self.asked += 1
        yield from self._answers

    def download(self, _url: str) -> Download:
        for failure in self._failures:
            raise failure
        size = 48_000 * self.asked
        return Download(wav_header(size, 24_000) + bytes(size), is_whole=True)


class Listening:
    """A synthesizer of `service`, with what it gave out and what was told of it."""

    def __init__(self, service: Service, folder: Path | None = None, **choices: Any) -> None:
        timing = VirtualTime().timing()
        self.heard: list[Pcm] = []
        self.meter = Meter()
        store = folder and Store(
            cache=Cache(folder / "cache", max_bytes=1 << 30, warn=pytest.fail),
            pending=UnfetchedAudio(folder / "pending", server="server", warn=pytest.fail),
            scope="server",
        )
        self.cancelled = threading.Event()
        self.synthesizer = Synthesizer(
            service,
            cancelled=self.cancelled,
            asking=Attempts(breaker=Breaker("the service", timing=timing), timing=timing),
            fetching=Attempts(breaker=Breaker("the storage", timing=timing), timing=timing),
            store=store or None,
            payments=Payments(Budget(), PriceList(), self.meter),
            **{"is_streamed": False} | choices,
        )

    @property
    def sound(self) -> Pcm:
        return join_pcm(self.heard)


@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize("last", [SPOKEN[2], replace(LINKED, metered=None, is_last=True)])
def test_the_words_of_a_stream_come_with_its_sound(
    tmp_path: Path,
    last: Answer,
    is_streamed: bool,  # noqa: FBT001 - a table
) -> None:
    """Only the last event has an address; the bill is the latest that was told."""
    service = Service(*SPOKEN[:2], last)
    asked = replace(REQUEST, word_times=True)
    listening = Listening(service, tmp_path, is_streamed=is_streamed)
    usage = listening.synthesizer(asked, listening.heard.append)
    assert listening.sound == Pcm(HALF_SECOND * 2, 24_000, words=WORDS)
    assert (usage.characters, usage.requests, usage.request_ids) == (9, 1, ("r",))
    again = Listening(service, tmp_path)
    usage = again.synthesizer(asked, again.heard.append)
    assert again.heard == [Pcm(HALF_SECOND * 2, 24_000, words=WORDS)]
    assert (usage.characters, usage.requests, service.asked) == (9, 0, 1)


def test_each_piece_is_given_out_as_it_comes() -> None:
    listening = Listening(Service(*SPOKEN), is_streamed=True)
    usage = listening.synthesizer(REQUEST, listening.heard.append)
    assert [len(pcm.data) for pcm in listening.heard] == [24_000, 24_000, 0]
    assert listening.heard[-1].words == tuple(word.moved(-1000) for word in WORDS)
    assert usage.billed == {REQUEST.model: Metered(9)}


def test_a_packed_stream_is_heard_at_its_end() -> None:
    """Some models send such a file, although samples were asked for."""
    file = io.BytesIO()
    soundfile.write(file, np.zeros(24_000, "<i2"), 24_000, format="FLAC")
    packed = file.getvalue()
    pieces = Answer(audio=packed[:50]), Answer(audio=packed[50:]), Answer(is_last=True)
    listening = Listening(Service(*pieces), is_streamed=True)
    listening.synthesizer(REQUEST, listening.heard.append)
    assert listening.heard == [Pcm(bytes(48_000), 24_000)]


def test_a_stream_without_sound_is_not_asked_for_again() -> None:
    """The same request would bring the same, and be billed again."""
    service = Service(Answer(is_last=True))
    listening = Listening(service, is_streamed=True)
    with pytest.raises(BadAudioError, match="empty") as raised:
        listening.synthesizer(REQUEST, listening.heard.append)
    assert (service.asked, raised.value.maybe_billed, listening.meter.maybe_billed) == (1, True, 1)


def test_a_server_that_does_not_stream_is_asked_once(tmp_path: Path) -> None:
    """Its link is kept until the sound is there, as that of any other server."""
    listening = Listening(Service(LINKED, failures=(NetworkError("broken"),) * 5), tmp_path, is_streamed=True)
    with pytest.raises(NetworkError):
        listening.synthesizer(REQUEST, listening.heard.append)
    usage = listening.synthesizer(REQUEST, listening.heard.append)
    assert (usage.characters, usage.requests) == (7, 0)
    assert [pcm.duration_s for pcm in listening.heard] == [1]


def test_a_new_link_is_paid_for_as_well(tmp_path: Path) -> None:
    """The text has no more characters for that, and the loss is told."""
    listening = Listening(Service(LINKED, failures=(LinkExpired("expired"),)), tmp_path)
    usage = listening.synthesizer(REQUEST, listening.heard.append)
    assert (usage.characters, usage.requests, usage.request_ids) == (9, 2, ("r", "r"))
    assert usage.billed == {REQUEST.model: Metered(18)}
    assert (listening.meter.billed_in_vain, listening.meter.maybe_billed_twice) == (1, 1)


@pytest.mark.parametrize("has_store", [False, True])
def test_made_anew_it_is_kept_if_it_is_wanted(tmp_path: Path, has_store: bool) -> None:  # noqa: FBT001 - a table
    """Otherwise what was kept before stays; in either case nothing is left to be fetched."""
    listening = Listening(Service(LINKED), tmp_path if has_store else None)
    for is_kept in (True, True, False):
        usage, settle = listening.synthesizer.make_anew(REQUEST, listening.heard.append)
        assert (usage.characters, usage.requests) == (9, 1)
        settle(is_kept)
        assert not list(tmp_path.glob("pending/*"))
    listening.synthesizer(REQUEST, listening.heard.append)
    assert [pcm.duration_s for pcm in listening.heard] == [1, 2, 3, 2 if has_store else 4]


def test_what_is_made_here_twice_as_fast_is_half_as_long(tmp_path: Path) -> None:
    """It is kept at its own pace, for whoever asks for another one."""
    listening = Listening(Service(LINKED), tmp_path)
    fast = replace(REQUEST, stretch=2.0)
    listening.synthesizer(fast, listening.heard.append)
    assert listening.sound.duration_s == pytest.approx(0.5)
    listening.heard.clear()
    _, settle = listening.synthesizer.make_anew(fast, listening.heard.append)
    assert listening.sound.duration_s == pytest.approx(1)
    settle(True)  # noqa: FBT003 - it is what the batch gives
    listening.heard.clear()
    listening.synthesizer(REQUEST, listening.heard.append)
    assert listening.sound.duration_s == 2


@pytest.mark.parametrize("is_streamed", [False, True])
def test_without_a_key_nothing_is_asked_for(tmp_path: Path, is_streamed: bool) -> None:  # noqa: FBT001 - a table
    """What comes before the request costs nothing."""

    def fail() -> None:
        raise AuthError("no key")

    service = Service(LINKED)
    listening = Listening(service, tmp_path, is_streamed=is_streamed, open_client=fail)
    with pytest.raises(AuthError):
        listening.synthesizer(REQUEST, listening.heard.append)
    assert (service.asked, listening.meter.requests) == (0, 0)


def test_cancelled_it_waits_no_longer() -> None:
    listening = Listening(Service(LINKED))
    listening.synthesizer.cancel()
    assert listening.cancelled.is_set()
