"""What may have been billed for nothing is counted, to the last attempt, and told however the run ends."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import at
from tests.reliability.paragraphs import BY_PARAGRAPH
from tests.reliability.waiting import until

if TYPE_CHECKING:
    from tests.reliability.forked import ForkedQwentts

TOLD = "Warning: {} got no usable answer and may have been billed all the same\n"


def bills(server: Sandbox) -> int:
    return sum(record.billed > 0 for record in server.ledger)


@pytest.mark.parametrize(
    ("faults", "target", "code", "billed"),
    [
        ("post:reset-after", "out.wav", 5, 3),
        ("post:endless", "out.wav", 6, 1),
        ("sse:bad-base64", "-", 6, 3),
        ("sse:reset=1", "-", 5, 1),
        ("sse:error-mid=DataInspectionFailed", "-", 6, 1),
    ],
)
def test_a_run_that_fails_tells_what_it_may_have_cost(
    qwentts: ForkedQwentts, faults: str, target: str, code: int, billed: int
) -> None:
    """The number is that of the server's bills, the one of the last attempt too."""
    with Sandbox(voice_engine="tones", faults=faults) as server:
        result = at(qwentts, server)("say", "Hello there.", "-o", target, code=code)
        assert bills(server) == billed
    assert TOLD.format(f"{billed} requests" if billed > 1 else "1 request") in result.stderr


def test_what_was_certainly_not_billed_is_no_loss(qwentts: ForkedQwentts) -> None:
    """A refusal costs nothing; nor does a download that fails, since its sound is kept for the next run."""
    for number, faults in enumerate(("post:status=400", "get:garbage")):
        with Sandbox(voice_engine="tones", faults=faults) as server:
            result = at(qwentts, server)("say", "Hi.", "-o", "out.wav", code=(6, 5)[number])
        assert "billed" not in result.stderr


def test_a_batch_counts_the_last_attempts_too(qwentts: ForkedQwentts) -> None:
    """An item that is given up, and then once more, has cost as often as the server says."""
    (qwentts.folder / "in.txt").write_text("Hi.\n")
    with Sandbox(voice_engine="tones", faults="post:cut") as server:
        result = at(qwentts, server)("batch", "in.txt", "-d", "out", "--json", code=8)
        assert result.json["summary"]["possibly_billed_twice"] == bills(server) == 6


def test_sound_whose_address_is_dead_was_paid_for(qwentts: ForkedQwentts) -> None:
    """It is bought once more, and that is told."""
    with Sandbox(voice_engine="tones", faults="get:expired*1") as server:
        stderr = at(qwentts, server)("say", "Hi.", "-o", "out.wav").stderr
        assert sum(record.phase == "post" and record.status == 200 for record in server.ledger) == 2
    assert "1 request may have been billed twice" in stderr


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ((), "kept as far as it is good, and the same command goes on from there."),
        (("--no-cache",), "not kept (--no-cache)."),
    ],
)
def test_a_text_that_fails_half_way_tells_what_is_paid(
    qwentts: ForkedQwentts, more: tuple[str, ...], kept: str
) -> None:
    """As Ctrl-C does; the same command pays for the rest only. Who has paid for nothing is told nothing."""
    (qwentts.folder / "in.txt").write_text("One.\n\nTwo.\n\nThree.\n")
    args = ("say", "-f", "in.txt", "-o", "out.wav", "-j", "1", *BY_PARAGRAPH, *more)
    with Sandbox(voice_engine="tones", faults="post:status=400#3") as server:
        failed = at(qwentts, server)(*args, code=6)
        assert f"8 characters had been billed; their sound is {kept}\n" in failed.stderr
        qwentts(*args)
        assert bills(server) == (3 if not more else 5)
    with Sandbox(voice_engine="tones", faults="post:status=400") as server:
        assert "billed" not in at(qwentts, server)(*args, "--force", code=6).stderr


def test_an_interrupted_request_may_have_been_billed(qwentts: ForkedQwentts) -> None:
    """With one job nobody else waits for its answer, and it was sent."""
    with Sandbox(voice_engine="tones", faults="post:stall") as server:
        at(qwentts, server)
        with qwentts.running("say", "Hi.", "-o", "out.wav", "-j", "1") as run:
            until(lambda: server.ledger)
            run.send(signal.SIGINT)
            result = run.wait()
    assert (result.code, result.stderr) == (130, TOLD.format("1 request"))
