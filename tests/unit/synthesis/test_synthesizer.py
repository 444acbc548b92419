"""One request made into sound: what is asked for, fetched, kept and paid."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from qwentts_cli.billing.budget import Budget
from qwentts_cli.billing.meter import Meter
from qwentts_cli.billing.payments import Payments
from qwentts_cli.billing.price import PriceList
from qwentts_cli.dashscope.client import SpeechClient
from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.dashscope.transport.session import Timeouts
from qwentts_cli.errors import BudgetError, LocalError, NetworkError, QwenTTSError, RejectedError
from qwentts_cli.metered import Metered
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.synthesis.attempts import Attempts
from qwentts_cli.synthesis.breaker import Breaker
from qwentts_cli.synthesis.cache import Cache
from qwentts_cli.synthesis.store import Store
from qwentts_cli.synthesis.synthesizer import Synthesizer
from qwentts_cli.synthesis.timing import Cancelled
from qwentts_cli.synthesis.unfetched import UnfetchedAudio
from qwentts_cli.synthesis.usage import Usage
from tests.tones import read_back_pcm
from tests.virtual_time import SharedTime, VirtualTime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwentts_cli.audio.wav import Pcm
    from qwentts_cli.synthesis.timing import Timing


def request(text: str = "Hi.") -> SynthesisRequest:
    return SynthesisRequest(text, "Cherry", "qwen3-tts-flash")


class World:
    """A sandbox with faults and a synthesizer of it, whose waits pass at once."""

    def __init__(
        self,
        server: Sandbox,
        folder: Path,
        *,
        is_streamed: bool = False,
        is_read: bool = True,
        budget: Budget | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.server = server
        timing = timing or VirtualTime().timing()
        client = SpeechClient(
            custom_endpoint(server.base_url),
            ApiKey("sk-test", "a test"),
            timeouts=Timeouts(),
            audio_host_suffix=".x",
        )
        self.warnings: list[str] = []
        self.meter = Meter()
        self.pending = folder / "pending"
        store = Store(
            cache=Cache(folder / "cache", max_bytes=1 << 30, warn=self.warnings.append),
            pending=UnfetchedAudio(self.pending, server=server.base_url, warn=self.warnings.append),
            scope=server.base_url,
            is_read=is_read,
        )
        self.synthesizer = Synthesizer(
            client,
            asking=Attempts(breaker=Breaker("the service", timing=timing), timing=timing),
            fetching=Attempts(breaker=Breaker("the storage", timing=timing), timing=timing),
            store=store,
            is_streamed=is_streamed,
            payments=Payments(budget or Budget(), PriceList(), self.meter),
            cancelled=threading.Event(),
        )

    def say(self, text: str = "Hi.") -> tuple[str, Usage]:
        heard: list[Pcm] = []
        receipt = self.synthesizer(request(text), heard.append)
        return read_back_pcm(b"".join(pcm.data for pcm in heard)), receipt

    def count(self, phase: str) -> int:
        return sum(record.phase == phase for record in self.server.ledger)


@contextmanager
def world(folder: Path, faults: str = "", **choices: Any) -> Iterator[World]:
    with Sandbox(voice_engine="tones", faults=faults) as server:
        yield World(server, folder, **choices)


@pytest.mark.parametrize("is_streamed", [False, True])
def test_bought_once(tmp_path: Path, is_streamed: bool) -> None:  # noqa: FBT001 - a table
    """The receipt says what was paid, and the second time nothing was."""
    with world(tmp_path, is_streamed=is_streamed) as w:
        text, receipt = w.say("你好.")
        billed = receipt.billed.total()
        assert (text, receipt.characters, billed, receipt.requests) == ("你好.", 5, Metered(5), 1)
        assert receipt.request_ids == (w.server.ledger[0].request_id,)
        assert w.say("你好.") == ("你好.", Usage(characters=5))
        assert w.count("post") + w.count("sse") == 1
        assert list(w.pending.iterdir()) == []


def test_what_is_not_read_is_still_kept(tmp_path: Path) -> None:
    """As `--refresh` has it."""
    with world(tmp_path, is_read=False) as w:
        w.say()
        w.say()
        assert w.count("post") == 2
        assert len(list((tmp_path / "cache").rglob("*.clip"))) == 1


def test_threads_that_want_the_same_buy_it_once(tmp_path: Path) -> None:
    """A text that says one sentence eight times pays for one."""
    with world(tmp_path, "post:latency=0.1") as w, ThreadPoolExecutor(8) as pool:
        receipts = [receipt for _, receipt in pool.map(lambda _: w.say(), range(8))]
        assert [receipt.billed.total().characters for receipt in receipts if receipt.billed] == [3]
        assert w.count("post") == 1


def test_a_dead_link_costs_at_most_two_more(tmp_path: Path) -> None:
    """The third expired address is the last, and none of them is kept."""
    with world(tmp_path, "get:expired") as w:
        with pytest.raises(NetworkError, match="expired"):
            w.say()
        assert (w.count("post"), w.count("get")) == (3, 3)
        assert list(w.pending.iterdir()) == []


def test_what_is_rejected_is_not_fetched_again(tmp_path: Path) -> None:
    """A sound that is none would be none the next time too, so its address goes."""
    with world(tmp_path, "get:empty-wav*3") as w:
        with pytest.raises(RejectedError, match="empty"):
            w.say()
        assert (w.count("post"), w.count("get"), list(w.pending.iterdir())) == (1, 3, [])
        assert w.say()[1].requests == 1


@pytest.mark.parametrize(
    ("decay", "tries"),
    [("empty-wav", 3), ("odd", 3), ("forbidden", 5), ("status=400", 5)],
)
def test_what_was_saved_and_has_decayed_is_bought_anew(tmp_path: Path, decay: str, tries: int) -> None:
    """In the same run, once: an address of an earlier run does not cost this one its sound."""
    rules = ["get:garbage*3", *(f"get:{decay}#{4 + number}" for number in range(tries))]
    with world(tmp_path, ",".join(rules)) as w:
        with pytest.raises(NetworkError):
            w.say()
        assert len(list(w.pending.glob("*.json"))) == 1
        assert w.say()[0] == "Hi."
        assert (w.count("post"), w.count("get"), list(w.pending.iterdir())) == (2, 4 + tries, [])


def test_what_was_saved_and_cannot_be_fetched_now_is_not_bought_anew(tmp_path: Path) -> None:
    """A storage that is down has lost nothing."""
    with world(tmp_path, "get:garbage*6") as w:
        for _ in range(2):
            with pytest.raises(NetworkError):
                w.say()
        assert w.say()[1].requests == 0
        assert w.count("post") == 1


@pytest.mark.parametrize("fault", ["redirect", "not-wav=html", "status=407"])
def test_a_network_that_asks_to_sign_in_costs_no_sound(tmp_path: Path, fault: str) -> None:
    """What a captive portal answers is tried again on the same address, also by the next run."""
    with world(tmp_path, f"get:{fault}*7") as w:
        with pytest.raises(NetworkError):
            w.say()
        assert w.say()[0] == "Hi."
        assert (w.count("post"), w.count("get")) == (1, 8)


def test_damaged_sound_counts_against_the_limit(tmp_path: Path) -> None:
    """It was made, so it was billed most likely; after two such streams of 3 characters, 7 are used up."""
    budget = Budget(Decimal(7))
    with world(tmp_path, "sse:bad-base64", is_streamed=True, budget=budget) as w:
        with pytest.raises(BudgetError):
            w.say()
        assert w.count("sse") == 2


def test_sound_that_the_disk_has_no_room_for_may_be_billed(tmp_path: Path) -> None:
    """It fails where it is written, in the middle of the stream, and what it costs stays set aside."""

    def write(_pcm: Pcm) -> None:
        raise LocalError("the disk is full")

    with world(tmp_path, is_streamed=True, budget=Budget(Decimal(5))) as w:
        with pytest.raises(LocalError, match="full"):
            w.synthesizer(request(), write)
        assert w.meter.maybe_billed == 1
        with pytest.raises(BudgetError):
            w.say()


def test_a_dead_storage_stops_the_buying(tmp_path: Path) -> None:
    """With nothing coming down, hardly more is bought in a minute than there are workers."""
    timing = SharedTime(8, ends_after_s=60).timing()
    with world(tmp_path, "get:status=503", timing=timing) as w, ThreadPoolExecutor(8) as pool:

        def work(worker: int) -> None:
            for number in count():
                with suppress(QwenTTSError):
                    w.synthesizer(request(f"{worker} {number}"), lambda _pcm: None)

        ends = [end.exception() for end in [pool.submit(work, worker) for worker in range(8)]]
        bought = w.count("post")
    assert {type(end) for end in ends} == {Cancelled}
    assert 8 <= bought <= 24
    assert len(list(w.pending.glob("*.json"))) == bought


def test_it_settles(tmp_path: Path) -> None:
    """What is being paid for has time to arrive, and no longer than allowed."""
    is_heard, goes_on = threading.Event(), threading.Event()

    def hear(_pcm: Pcm) -> None:
        is_heard.set()
        goes_on.wait()

    with world(tmp_path) as w, ThreadPoolExecutor(1) as pool:
        assert w.synthesizer.settle(30) == 0
        pool.submit(w.synthesizer, request(), hear)
        is_heard.wait()
        assert w.synthesizer.settle(0.01) == 1
        goes_on.set()
        assert w.synthesizer.settle(30) == 0
        assert list((tmp_path / "cache").rglob("*.clip"))
