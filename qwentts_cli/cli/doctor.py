"""`qwentts doctor`: what is in order, what is not, and what mends it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qwentts_cli.checks.check import Check, Status, exit_code, failed
from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.console.output import make_output
from qwentts_cli.cli.parser.global_options import global_options
from qwentts_cli.errors import ExitCode, QwenTTSError
from qwentts_cli.redact import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.dashscope.endpoint import Endpoint

_NAME_WIDTH = 13


def doctor(
    context: typer.Context,
    all_regions: Annotated[
        bool,
        typer.Option("--all-regions", help="Send the key to the hosts of all regions, to find its own."),
    ] = False,
) -> None:
    """Check key, server, network, disk and player.

    $ qwentts doctor
    $ qwentts doctor --json

    It costs nothing.
    """
    output = make_output(global_options(context))
    checks = []
    for check in _examine(context, output, asks_all=all_regions):
        checks.append(check)
        if not output.is_json:
            output.lines([_line(check)])
    code = exit_code(checks)
    if output.is_json:
        output.document({"exit": int(code), "checks": [_document(check) for check in checks]})
    if code is not ExitCode.OK:
        raise typer.Exit(code)


def _examine(context: typer.Context, output: Output, *, asks_all: bool) -> Iterator[Check]:
    from qwentts_cli.checks.doctor import examine
    from qwentts_cli.checks.machine import check_machine

    def agree(others: list[Endpoint]) -> bool:
        return not output.is_json and _agree_to_ask(others)

    try:
        run = begin(context)
    except QwenTTSError as error:
        yield failed("configuration", error, error.hint or "qwentts config edit")
        yield from check_machine()
        return
    yield from examine(run.config, run.context, asks_all=asks_all, agree=agree)


def _agree_to_ask(others: list[Endpoint]) -> bool:
    """Nobody sends a key to hosts that its owner did not choose, without asking."""
    if not others or sys.stdin is None or not sys.stdin.isatty():
        return False
    hosts = ", ".join(endpoint.host for endpoint in others)
    return typer.confirm(
        f"The key was not taken. Send it to these hosts too, to find its own: {hosts}?", err=True
    )


def _line(check: Check) -> str:
    fix = f" -> {check.fix.rstrip('.')}" if check.fix else ""
    return safe(f"{check.status:<4}  {check.name:<{_NAME_WIDTH}}  {check.found}{fix}")


def _document(check: Check) -> dict[str, Any]:
    document: dict[str, Any] = {"name": check.name, "status": check.status, "found": safe(check.found)}
    if check.fix:
        document["fix"] = safe(check.fix)
    if check.status is Status.FAIL:
        document["exit"] = int(check.exit_code)
    return document
