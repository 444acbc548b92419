from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from qwentts_cli.sandbox.faults.fault_script import BadFaultSpec, FaultScript, fault_kinds
from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import say

STORM = "post:status=503@20%,post:reset@10%,post:truncated-json@10%,post:retry-after=0@10%"


def labels(script: FaultScript, contents: list[str], *, streaming: bool = False) -> list[str]:
    return [
        ",".join(script.choose("post", content.encode(), streaming=streaming).labels) for content in contents
    ]


def test_shares_are_exact_and_lie_side_by_side() -> None:
    """Each rule gets its share of many attempts and none of another's; the rest goes well."""
    counts = Counter(labels(FaultScript(STORM), [f"item {n}" for n in range(10_000)]))
    for label, share in {**dict.fromkeys(STORM.split(","), 0.1), "post:status=503@20%": 0.2, "": 0.5}.items():
        assert counts[label] == pytest.approx(10_000 * share, rel=0.1)


def test_shares_of_a_hundred_leave_nothing_alone() -> None:
    """The edges meet: no attempt falls between two rules."""
    script = FaultScript("post:reset@30%,post:close@30%,post:stall@40%")
    assert "" not in labels(script, [str(n) for n in range(5_000)])


def test_a_repeated_request_draws_anew() -> None:
    """A retry is a new attempt, or it would fail for ever."""
    assert len(set(labels(FaultScript("post:reset@50%"), ["same"] * 50))) == 2


def test_a_seed_repeats_and_another_differs() -> None:
    """The order of the work does not matter; the seed does."""
    contents = [str(n) for n in range(500)]
    forth = dict(zip(contents, labels(FaultScript(STORM, seed=7), contents), strict=True))
    back = dict(zip(contents[::-1], labels(FaultScript(STORM, seed=7), contents[::-1]), strict=True))
    assert forth == back
    assert labels(FaultScript(STORM, seed=8), contents) != list(forth.values())


@pytest.mark.parametrize("seed", [1, 2])
def test_threads_do_not_change_the_faults(seed: int) -> None:
    """One client and eight meet the same faults on the same requests, over real sockets."""
    texts = [f"item {n}" for n in range(60)] * 3

    def storm(threads: int) -> Counter[tuple[str, int, int, str]]:
        with Sandbox(voice_engine="tones", faults=STORM, seed=seed) as sandbox:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(lambda text: say(sandbox, text), texts))
            return Counter((r.body, r.status, r.billed, r.fault) for r in sandbox.ledger)

    alone = storm(1)
    assert alone == storm(8)
    assert 60 < sum(count for (_, _, _, fault), count in alone.items() if fault) < 120


def test_first_and_only() -> None:
    """`*3` is the first three attempts of the phase, `#5` the fifth alone, whatever they say."""
    assert labels(FaultScript("post:reset*3,post:close#5"), list("abcdef")) == [
        *["post:reset*3"] * 3,
        "",
        "post:close#5",
        "",
    ]


def test_the_first_rule_that_applies_counts() -> None:
    """Other kinds wait their turn; latency, refuse and limit come on top."""
    script = FaultScript("post:latency=2*1,post:reset#1,post:close,post:latency=1,post:refuse=a,post:limit=9")
    first, second = script.choose("post", b"x"), script.choose("post", b"x")
    assert first.labels == [
        "post:latency=2*1",
        "post:reset#1",
        "post:latency=1",
        "post:refuse=a",
        "post:limit=9",
    ]
    assert (first.latency, first.refused_words, first.limit) == (3.0, ["a"], 9)
    assert second.labels == ["post:close", "post:latency=1", "post:refuse=a", "post:limit=9"]


def test_what_spoils_json_leaves_streams_alone() -> None:
    """A stream meets the refusals and breaks of `post`, not what is done to a JSON body."""
    script = FaultScript("post:truncated-json,post:reset-after,post:status=503")
    assert labels(script, ["x"], streaming=True) == ["post:status=503"]


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("reset", "'reset' is not PHASE:KIND"),
        ("put:reset", "the phases are post, sse, get, customization, models, upload"),
        ("post:explode", "the kinds of phase post are refuse, limit"),
        ("get:refuse=x", "the kinds of phase get are"),
        ("post:status", "status needs NNN"),
        ("post:status=999", "status needs NNN"),
        ("post:status=", "status needs NNN"),
        ("post:reset=1", "reset takes no argument"),
        ("post:reset=", "reset takes no argument"),
        ("post:code=Nonsense", "code needs CODE"),
        ("post:latency=soon", "latency needs SEC"),
        ("post:reset@20", "is not PHASE:KIND"),
        ("post:reset*0", "is not PHASE:KIND"),
        ("post:reset@60%,post:close@50%", "the shares of phase post add up to 110 %"),
        ("post:reset,,get:oops", "'get:oops'"),
    ],
)
def test_a_bad_script_is_named(spec: str, complaint: str) -> None:
    """The message has the bad rule and what would do, before anything is served."""
    with pytest.raises(BadFaultSpec) as caught:
        Sandbox(voice_engine="tones", faults=spec)
    assert complaint in str(caught.value)


def test_arguments_are_taken_whole() -> None:
    """A URL keeps its colons and marks; spaces around rules do not matter; blanks are no rules."""
    spec = " post:bad-url=http://x:80/a?b=c%20 , get:crc-only , "
    [url_rule] = FaultScript(spec).choose("post", b"").labels
    assert url_rule == "post:bad-url=http://x:80/a?b=c%20"
    assert FaultScript(spec).choose("get", b"").labels == ["get:crc-only"]


def test_every_kind_is_explained() -> None:
    """The help names each kind once, as it is written, in a line."""
    kinds = fault_kinds()
    assert kinds["post:status=NNN"] == "answers with that HTTP status and the usual code"
    assert kinds["post:truncated-json"].endswith("; billed")
    assert "default 0.1" in kinds["get:drip-body[=SEC]"]
    assert all(text and "\n" not in text for text in kinds.values())
