"""Models that are billed by tokens: how many there will be is known only when the sound is there."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts

MODEL = "qwen-audio-3.1-tts-flash"
ARGS = ("-m", MODEL, "-v", "Abby_v3.1", "--region", "sandbox", "-q", "--no-cache")
TEXT = "A sound has most of the tokens."


@pytest.fixture
def thrifty(qwentts: ForkedQwentts) -> ForkedQwentts:
    """The program with room for two such texts of the greatest length, and for five as they are."""
    most = qwentts("say", TEXT, *ARGS, "--dry-run", "--json").json["price"]
    qwentts("config", "set", "budget", f"{2.5 * most:.6f} USD/month")
    return qwentts


def test_a_dry_run_tells_the_most_and_a_run_what_it_was(qwentts: Qwentts) -> None:
    """In words and in numbers; the run stays below the estimate."""
    result = qwentts("say", TEXT, *ARGS, "--dry-run")
    assert "31 characters, at most" in result.text
    assert "at most 0.000" in result.text
    quote = qwentts("say", TEXT, *ARGS, "--dry-run", "--json").json
    usage = qwentts("say", TEXT, *ARGS, "-o", "a.wav", "--json").json["usage"]
    assert 0 < usage["tokens"]["input"] <= quote["tokens"]["input"]
    assert 0 < usage["tokens"]["output"] <= quote["tokens"]["output"]
    assert 0 < usage["cost"] <= quote["price"] < 10 * usage["cost"]
    assert usage["cost"] == pytest.approx(
        (0.23 * usage["tokens"]["input"] + 1.87 * usage["tokens"]["output"]) / 1e6
    )


def test_the_last_line_tells_tokens_and_their_price(qwentts: Qwentts) -> None:
    """Of a text and of a batch, streamed too."""
    loud = [arg for arg in ARGS if arg != "-q"]
    told = re.compile(r"31 characters, [1-9]\d* tokens, 0\.0\d+ USD")
    assert told.search(qwentts("say", TEXT, *loud, "-o", "a.wav").stderr)
    assert told.search(qwentts("say", TEXT, *loud, "-o", "-").stderr)
    (qwentts.folder / "lines.txt").write_text(f"{TEXT}\n{TEXT}\n")
    batch = qwentts("batch", "lines.txt", "--lines", "-d", "out", *loud, "--json")
    assert "62 characters, " in batch.stderr
    assert [row["tokens"]["input"] for row in batch.json["items"]] == [31, 31]
    assert batch.json["summary"]["tokens"]["input"] == 62


def test_nothing_is_sent_that_could_cross_the_limit(qwentts: Qwentts) -> None:
    """The most it can cost counts before, what it did cost afterwards."""
    most = qwentts("say", TEXT, *ARGS, "--dry-run", "--json").json["price"]
    qwentts("say", TEXT, *ARGS, "-o", "a.wav", "--max-cost", f"{0.9 * most:.8f}", code=10)
    (qwentts.folder / "lines.txt").write_text(f"{TEXT}\n" * 3)
    args = ("batch", "lines.txt", "--lines", "-d", "out", *ARGS, "--jobs", "1")
    qwentts(*args, "--max-cost", f"{2.0 * most:.8f}")


def test_processes_share_the_budget_of_tokens(thrifty: ForkedQwentts) -> None:
    """Together they stay below it, and what each sets aside too much is free again for the next."""
    with ExitStack() as runs:
        started = [
            runs.enter_context(thrifty.running("say", TEXT, "-o", f"{n}.wav", *ARGS)) for n in range(4)
        ]
        codes = [run.wait().code for run in started]
    assert set(codes) <= {0, 10}
    assert codes.count(0) >= 1
    budget = thrifty("usage", "--region", "sandbox", "--json").json["budget"]
    assert 0 < budget["spent"] <= budget["amount"]
    while thrifty.run("say", TEXT, "-o", "more.wav", *ARGS, "--force").code == 0:
        codes.append(0)
    assert codes.count(0) > 3
    budget = thrifty("usage", "--region", "sandbox", "--json").json["budget"]
    assert budget["spent"] <= budget["amount"]


def test_characters_are_no_price_of_a_model_with_tokens(online: Qwentts) -> None:
    """At a server without prices tokens are shown as they are told."""
    usage = online("say", TEXT, "-m", MODEL, "-v", "Abby_v3.1", "-o", "a.wav", "--json").json["usage"]
    assert usage["tokens"]["input"] == 31
    assert usage["cost"] is None
