from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.dashscope.transport.retry_after import parse_retry_after

DATE = "Wed, 05 Aug 2026 10:00:00 GMT"
NOW = datetime(2036, 8, 5, 10, 0, tzinfo=UTC)
YEAR_S = 366 * 86400.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        ("0", 0.0),
        (" 3 ", 3.0),
        ("86400", 86400.0),
        ("9" * 20, YEAR_S),
        ("9" * 5000, YEAR_S),
        ("-1", None),
        ("1.5", None),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("٣", None),
        ("²", None),
        ("Wed, 05 Aug 2026 10:00:05 GMT", 5.0),
        ("Wednesday, 05-Aug-26 10:00:05 GMT", 5.0),
        ("Wed Aug  5 10:00:05 2026", 5.0),
        ("Tue, 04 Aug 2026 10:00:05 GMT", 0.0),
        ("Thu, 05 Aug 2099 10:00:00 GMT", YEAR_S),
        ("Wed, 05 Aug 99999999999999999999 10:00:00 GMT", None),
        ("Wed, 05 Aug 2026 10:00:00 +99999999999999999999", None),
        ("Wed, 99 Aug 2026 99:00:00 GMT", None),
    ],
)
def test_reads_seconds_and_dates(value: str, seconds: float | None) -> None:
    """Whole seconds and the three forms of an HTTP date are understood; what is unclear counts as absent."""
    assert parse_retry_after(value, DATE, NOW) == seconds


@pytest.mark.parametrize("date_header", [None, "", "yesterday"])
def test_falls_back_to_own_clock(date_header: str | None) -> None:
    """A date is relative to this machine's clock only where the server told no usable time of its own."""
    assert parse_retry_after("Tue, 05 Aug 2036 10:00:07 GMT", date_header, NOW) == 7.0


@given(st.text(max_size=60), st.none() | st.text(max_size=60))
def test_never_crashes(value: str, date_header: str | None) -> None:
    """Whatever the headers hold, the answer is None or 0 to a year."""
    seconds = parse_retry_after(value, date_header, NOW)
    assert seconds is None or 0 <= seconds <= YEAR_S


@given(st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,20} \d{1,3}:\d{1,3}:\d{1,3} [+-]?\w{0,6}", fullmatch=True))
def test_never_crashes_on_near_dates(value: str) -> None:
    """Dates that are almost right do not crash it either, in both headers."""
    seconds = parse_retry_after(value, value, NOW)
    assert seconds is None or 0 <= seconds <= YEAR_S
