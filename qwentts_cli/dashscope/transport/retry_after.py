"""The `Retry-After` header, which a server may fill with anything."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST_S = 366 * 86400.0


def parse_retry_after(value: str, date_header: str | None, now: datetime | None = None) -> float | None:
    """How many seconds the server asks to wait, 0 to a year; None if it does not say, or not clearly.

    Args:
        value: whole seconds or an HTTP date (RFC 9110, section 10.2.3).
        date_header: the `Date` of the same answer. A date in `value` is relative to it, since this machine's
            clock may be wrong.
        now: this machine's time, used where `date_header` is missing or unreadable; the present by default.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _LONGEST_S)
    until = parse_date(value)
    if until is None:
        return None
    sent = parse_date(date_header or "") or now or datetime.now(UTC)
    return min(max((until - sent).total_seconds(), 0.0), _LONGEST_S)


def parse_date(value: str) -> datetime | None:
    """Read an HTTP date; None if it is none."""
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
