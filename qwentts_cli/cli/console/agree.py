"""Asking before something unusually expensive."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from qwentts_cli.errors import BudgetError, UsageError

if TYPE_CHECKING:
    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.errors import QwenTTSError

_MUCH = 1_000_000


def agree_to_much(output: Output, characters: int) -> None:
    """Ask about an unusually long text, since it costs accordingly.

    Raises:
        BudgetError: the user did not agree, or there is nobody to ask.
    """
    if characters <= _MUCH:
        return
    what = f"the text has more than {_MUCH:,} billed characters"
    nobody = BudgetError(what, hint="Add --yes to speak it all the same.")
    _ask(output, f"{what[0].upper()}{what[1:]}. Speak it?", nobody)


def agree_to_pay(output: Output, what: str) -> None:
    """Ask before something that costs more than is usual; `what` says how much.

    Raises:
        BudgetError: the user did not agree, or there is nobody to ask.
    """
    _ask(output, f"{what}. Go on?", BudgetError(what, hint="Add --yes to go on all the same."))


def agree_to_remove(what: str) -> None:
    """Ask before removing what costs money to make again; a script that asks for it is believed.

    Raises:
        BudgetError: the user did not agree.
    """
    is_seen = sys.stdin is not None and sys.stdin.isatty()
    if is_seen and not typer.confirm(f"Remove {what}?", err=True):
        raise BudgetError("cancelled: nothing was removed")


def agree_to_delete(output: Output, what: str) -> None:
    """Ask before deleting what nobody can bring back.

    Raises:
        UsageError: there is nobody to ask.
        BudgetError: the answer is no.
    """
    nobody = UsageError(f"nobody has agreed to delete {what}", hint="Add --yes.")
    _ask(output, f"Delete {what} at the service, for good?", nobody, no="nothing was deleted")


def agree_for_speaker(output: Output, what: str) -> None:
    """Ask whether the speaker of a recording has agreed; `what` says what it costs.

    Raises:
        UsageError: there is nobody to ask.
        BudgetError: the answer is no.
    """
    nobody = UsageError("nobody has said that the speaker agreed to this", hint="Add --yes if that is so.")
    _ask(output, f"{what}Has the speaker agreed to have this voice cloned?", nobody)


def check_can_ask(output: Output, what: str) -> None:
    """Refuse to go on where a question that comes later could not be answered.

    Raises:
        UsageError: nobody sits there.
    """
    if not can_ask(output):
        raise UsageError(f"there is nobody to ask {what}", hint="Add --yes.")


def agree_to_keep(name: str) -> bool:
    """Ask whether a voice that was heard is to be kept."""
    return typer.confirm(f"Keep {name}?", err=True)


def can_ask(output: Output) -> bool:
    """Whether somebody sits there who could answer a question."""
    return sys.stdin is not None and sys.stdin.isatty() and not output.is_json


def _ask(output: Output, question: str, nobody: QwenTTSError, *, no: str = "nothing was sent") -> None:
    if not can_ask(output):
        raise nobody
    if not typer.confirm(question, err=True):
        raise BudgetError(f"cancelled: {no}")


def agree_to_any(_characters: int) -> None:
    """Ask nothing, as with `--yes`."""
