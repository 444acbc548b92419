"""SIGKILL at any moment: the next run goes on, and pays only for what was on its way."""

from __future__ import annotations

import random
import signal
import threading
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import at
from tests.reliability.paragraphs import BY_PARAGRAPH, paragraphs, said_in
from tests.reliability.waiting import until

if TYPE_CHECKING:
    from tests.reliability.forked import ForkedQwentts

JOBS = 8
REQUESTS = 32
MOST_KILLS = 10


def test_killed_again_and_again_until_it_is_done(qwentts: ForkedQwentts) -> None:
    """Bills are at most the requests plus the workers of each run that was killed."""
    moments = random.Random(1)
    (qwentts.folder / "in.txt").write_text(paragraphs(REQUESTS))
    said = ("say", "-f", "in.txt", "-o", "out.wav", "--force", "-j", str(JOBS), *BY_PARAGRAPH)
    kills = 0
    with Sandbox(voice_engine="tones", faults="post:latency=0.08,get:latency=0.04") as server:
        at(qwentts, server)
        while kills < MOST_KILLS:
            asked = len(server.ledger)
            with qwentts.running(*said) as run:
                until(lambda asked=asked: len(server.ledger) > asked)  # type: ignore[misc]  # a default
                threading.Event().wait(moments.uniform(0, 0.1))
                run.send(signal.SIGKILL)
                if run.wait().code == 0:
                    break
            kills += 1
        document = qwentts(*said, "--json").json
        bills = sum(record.billed > 0 for record in server.ledger)
    assert document["files"][0]["segments"] == REQUESTS
    assert kills > 3
    assert REQUESTS <= bills <= REQUESTS + JOBS * kills
    assert said_in(qwentts.folder / "out.wav") == paragraphs(REQUESTS)
    assert not list(qwentts.home.parent.rglob(".qwentts-*"))
    assert sorted(path.name for path in qwentts.folder.iterdir()) == ["in.txt", "out.wav"]
