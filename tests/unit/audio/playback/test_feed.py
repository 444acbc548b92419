from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.audio.playback.feed import Feed


def offer_all(feed: Feed, pcm: bytes) -> int:
    return feed.offer(memoryview(pcm), timeout_s=0)


@given(st.lists(st.one_of(st.binary(min_size=1, max_size=40), st.integers(1, 30)), max_size=40))
def test_what_goes_in_comes_out_in_order(steps: list[bytes | int]) -> None:
    """Whatever the sizes and however often it runs dry: silence may come between, no byte is lost."""
    feed = Feed(prebuffer=10, capacity=50)
    given_in, came_out = b"", b""
    for step in steps:
        if isinstance(step, int):
            came_out += feed.pull(step)
        else:
            sound = step.replace(b"\0", b"\1")
            given_in += sound[: offer_all(feed, sound)]
    feed.end()
    came_out += feed.pull(50)
    assert came_out.replace(b"\0", b"") == given_in


@given(st.binary(max_size=60), st.integers(1, 80))
def test_a_pull_is_always_as_long_as_the_device_asks(pcm: bytes, size: int) -> None:
    feed = Feed(prebuffer=5, capacity=50)
    offer_all(feed, pcm)
    assert len(feed.pull(size)) == size


def test_sound_flows_when_the_prebuffer_is_there() -> None:
    """At first, and again after it ran dry; a stutter of single chunks is worse than one gap."""
    feed = Feed(prebuffer=4, capacity=50)
    offer_all(feed, b"abc")
    before = feed.flows
    assert feed.pull(2) == b"\0\0"
    offer_all(feed, b"d")
    assert (before, feed.flows) == (False, True)
    assert feed.pull(6) == b"abcd\0\0"
    offer_all(feed, b"e")
    assert feed.pull(2) == b"\0\0"
    offer_all(feed, b"fgh")
    assert feed.pull(4) == b"efgh"


def test_the_end_lets_less_than_the_prebuffer_flow() -> None:
    feed = Feed(prebuffer=4, capacity=50)
    offer_all(feed, b"ab")
    feed.end()
    assert feed.pull(3) == b"ab\0"


def test_memory_is_bounded() -> None:
    """What does not fit is not taken, and after the timeout nothing is."""
    feed = Feed(prebuffer=4, capacity=10)
    assert offer_all(feed, b"x" * 1000) == 10
    assert offer_all(feed, b"x") == 0


def test_silence_counts_only_after_the_end() -> None:
    """So that the device has played everything when as much silence as it holds has followed."""
    feed = Feed(prebuffer=1, capacity=50)
    feed.pull(100)
    offer_all(feed, b"abc")
    feed.end()
    feed.pull(5)
    assert feed.wait_for_silence(2, timeout_s=0)
    assert not feed.wait_for_silence(3, timeout_s=0)
