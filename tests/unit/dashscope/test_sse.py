"""Server-sent events: the same events however the stream is framed and cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.dashscope.sse import MAX_EVENT_BYTES, Event, looks_like_events, parse_events
from qwentts_cli.errors import RejectedError

CAPTURED = (
    'id:1\nevent:result\n:HTTP_STATUS/200\ndata:{"a":"一\u2028\u0085"}\n\n'
    ": keep-alive\n\n"
    'id:2\nevent:error\n:HTTP_STATUS/429\ndata: {"code":\ndata:"Throttling"}\n\n'
    "retry:1\nunknown\ndata:last"
).encode()
EVENTS = [
    Event("result", '{"a":"一\u2028\u0085"}'.encode(), 200),
    Event("error", b'{"code":\n"Throttling"}', 429),
    Event("message", b"last", None),
]


@given(st.lists(st.integers(1, 40), min_size=1), st.sampled_from([b"\n", b"\r\n", b"\r"]), st.booleans())
def test_events_do_not_depend_on_framing(cuts: list[int], line_end: bytes, has_mark: bool) -> None:  # noqa: FBT001 - drawn
    """LF, CRLF or CR, one byte or a thousand at a time, with a byte order mark or without."""
    rest = (b"\xef\xbb\xbf" if has_mark else b"") + CAPTURED.replace(b"\n", line_end)
    pieces = []
    for cut in cuts * 300:
        if rest:
            pieces.append(rest[:cut])
            rest = rest[cut:]
    assert list(parse_events(pieces)) == EVENTS


def test_a_sign_of_life_is_no_event() -> None:
    """Some servers send one in a field instead of a comment; an error is one, whatever it says."""
    assert list(parse_events([b"event: ping\ndata:\n\ndata: \ndata\n\ndata:1\n\n"])) == [
        Event("message", b"1", None)
    ]
    assert list(parse_events([b"event:error\n:HTTP_STATUS/500\ndata:\n\n"])) == [Event("error", b"", 500)]


def test_an_event_is_given_as_soon_as_it_is_complete() -> None:
    """Sound does not wait for the next event."""
    given_out = parse_events(iter([b"data:1\n\n", b"data:2\n\n"]))
    assert next(given_out).data == b"1"


LINE = b"data:".ljust(1 << 10, b"x")


@pytest.mark.parametrize(
    "pieces", [[LINE.ljust(MAX_EVENT_BYTES + 1, b"x")], [LINE + b"\n"] * (8 << 10) + [b"data:\n"]]
)
def test_an_endless_event_is_refused(pieces: list[bytes]) -> None:
    """What a server sends cannot fill the memory."""
    with pytest.raises(RejectedError, match="8 MiB"):
        list(parse_events(pieces))


def test_a_framed_error_is_recognised_whatever_its_label() -> None:
    """The gateway labels SSE bodies as JSON."""
    assert looks_like_events(b'id:1\nevent:error\ndata:{"code":"x"}')
    assert looks_like_events(b":HTTP_STATUS/400\ndata:{}")
    assert not looks_like_events(b'{"data":1}')


def test_an_event_may_be_as_large_as_its_limit() -> None:
    """However it is framed."""
    line = LINE.ljust(MAX_EVENT_BYTES, b"x")
    for pieces in ([line + b"\n"], [line, b"\n"], [LINE + b"\n"] * (8 << 10)):
        assert len(list(parse_events(pieces))) == 1
