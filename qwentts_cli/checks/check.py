"""What was looked at, what was found, and what mends it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from qwentts_cli.errors import ExitCode, QwenTTSError


class Status(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(Struct, frozen=True, kw_only=True):
    """`fix` is a command, or else a short instruction; `exit_code` is that of a failure."""

    name: str
    status: Status
    found: str
    fix: str = ""
    exit_code: ExitCode = ExitCode.OK


def passed(name: str, found: str) -> Check:
    return Check(name=name, status=Status.OK, found=found)


def warned(name: str, found: str, fix: str = "") -> Check:
    return Check(name=name, status=Status.WARN, found=found, fix=fix)


def failed(name: str, error: QwenTTSError, fix: str = "") -> Check:
    """A failure as `error` tells it, and with its exit code."""
    return Check(
        name=name, status=Status.FAIL, found=error.message, fix=fix or error.hint, exit_code=error.exit_code
    )


def exit_code(checks: list[Check]) -> ExitCode:
    """That of the first failure."""
    return next((check.exit_code for check in checks if check.status is Status.FAIL), ExitCode.OK)
