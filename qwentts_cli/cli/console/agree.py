"""Asking before something unusually expensive."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from qwentts_cli.errors import BudgetError

if TYPE_CHECKING:
    from qwentts_cli.cli.console.output import Output

_MUCH = 1_000_000


def agree_to_much(output: Output, characters: int) -> None:
    """Ask about an unusually long text, since it costs accordingly.

    Raises:
        BudgetError: the user did not agree, or there is nobody to ask.
    """
    if characters <= _MUCH:
        return
    what = f"the text has more than {_MUCH:,} billed characters"
    if sys.stdin is None or not sys.stdin.isatty() or output.is_json:
        raise BudgetError(what, hint="Add --yes to speak it all the same.")
    if not typer.confirm(f"{what[0].upper()}{what[1:]}. Speak it?", err=True):
        raise BudgetError("cancelled: nothing was sent")


def agree_to_pay(output: Output, what: str) -> None:
    """Ask before something that costs more than is usual; `what` says how much.

    Raises:
        BudgetError: the user did not agree, or there is nobody to ask.
    """
    if sys.stdin is None or not sys.stdin.isatty() or output.is_json:
        raise BudgetError(what, hint="Add --yes to go on all the same.")
    if not typer.confirm(f"{what}. Go on?", err=True):
        raise BudgetError("cancelled: nothing was sent")


def agree_to_remove(what: str) -> None:
    """Ask before removing what costs money to make again; a script that asks for it is believed.

    Raises:
        BudgetError: the user did not agree.
    """
    is_seen = sys.stdin is not None and sys.stdin.isatty()
    if is_seen and not typer.confirm(f"Remove {what}?", err=True):
        raise BudgetError("cancelled: nothing was removed")


def agree_to_any(_characters: int) -> None:
    """Ask nothing, as with `--yes`."""
