"""`qwentts usage`: what this machine has spent."""

from __future__ import annotations

import re
import time
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qwentts_cli.billing.ledger import open_ledger
from qwentts_cli.billing.sums import By, UsageRow, total
from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.errors import UsageError
from qwentts_cli.redact import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFAULT_SINCE = "30d"
_LEAST_SHOWN = Decimal("0.0001")
_AGO = re.compile(r"([1-9]\d{0,4})([dh])", re.ASCII)


def usage(
    context: typer.Context,
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="7d|24h|DATE",
            help="Since when: 7d is today and six days before it; 24h; or a day such as 2026-11-01.",
        ),
    ] = _DEFAULT_SINCE,
    by: Annotated[By, typer.Option("--by", help="What to add up by.")] = By.DAY,
) -> None:
    """Show what this machine has spent, in characters and in money.

    $ qwentts usage --since 7d
    $ qwentts usage --by voice

    The characters and tokens are those the service said it billed, the money is their price today.
    """
    run = begin(context)
    output, start = run.output, _start(since)
    with open_ledger(output.warn) as ledger:
        rows = ledger.query(start, by)
        is_empty = not rows and not ledger.query(None, by)
        budget = run.context.open_period_budget(ledger)
        left = budget.left() if budget else None
    if output.is_json:
        output.document(_document(start, by, rows) | {"budget": left.document() if left else None})
    else:
        output.lines([*(_table(by, rows) if rows else ()), *([str(left)] if left else ())])
    if not rows:
        output.note("No usage yet." if is_empty else f"No usage since {_local(start):%Y-%m-%d %H:%M}.")
    for note in _notes(total(rows)):
        output.note(note)


def _notes(everything: UsageRow) -> Iterator[str]:
    if everything.unpriced:
        yield f"{everything.unpriced:,} characters are of models and regions without a known price."
    if everything.elsewhere:
        yield (
            f"{everything.elsewhere:,} characters were spoken by other servers than the service "
            "('usage --by region' lists them); they are not in the cost."
        )


def _start(since: str) -> float:
    try:
        ago = _AGO.fullmatch(since)
        if ago and ago[2] == "h":
            return time.time() - int(ago[1]) * 3600
        first = _today() - timedelta(days=int(ago[1]) - 1) if ago else date.fromisoformat(since)
        return datetime(first.year, first.month, first.day).astimezone().timestamp()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--since {since!r} is not a date or a duration", hint="Use 7d, 24h or a day such as 2026-11-01."
        ) from error


def _today() -> date:
    return datetime.now().astimezone().date()


def _local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment).astimezone()


def _document(start: float, by: By, rows: list[UsageRow]) -> dict[str, Any]:
    return {
        "since": _local(start).isoformat(timespec="seconds"),
        "by": by.value,
        "rows": [{by.value: row.name, **_figures(row)} for row in rows],
        "total": _figures(total(rows)),
    }


def _figures(row: UsageRow) -> dict[str, Any]:
    return {
        "characters": row.metered.characters,
        "tokens": row.metered.tokens_document(),
        "requests": row.requests,
        "cost": {currency: float(cost) for currency, cost in row.costs.items()},
        "unpriced_characters": row.unpriced,
        "other_servers_characters": row.elsewhere,
    }


def _table(by: By, rows: list[UsageRow]) -> Iterator[str]:
    everything = total(rows)
    cells = [(by.value, "characters", "tokens", "requests", "cost"), *map(_cells, [*rows, everything])]
    if not everything.metered.tokens:
        cells = [(name, characters, *rest) for name, characters, _, *rest in cells]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(cells[0]))]
    for name, *figures in cells:
        filled = name + " " * (widths[0] - _width(name))
        aligned = (f"{figure:>{width}}" for figure, width in zip(figures, widths[1:], strict=True))
        yield "  ".join((filled, *aligned)).rstrip()


def _width(text: str) -> int:
    """How many columns of a terminal it takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _cells(row: UsageRow) -> tuple[str, ...]:
    costs = " + ".join(f"{_rounded(cost)} {currency}" for currency, cost in row.costs.items())
    metered, name = row.metered, safe(row.name) or "(none)"
    return name, f"{metered.characters:,}", f"{metered.tokens:,}", f"{row.requests:,}", costs


def _rounded(cost: Decimal) -> str:
    """With as many decimals in each row, so that a column can be read."""
    return f"<{_LEAST_SHOWN}" if 0 < cost < _LEAST_SHOWN else f"{cost.quantize(_LEAST_SHOWN)}"
