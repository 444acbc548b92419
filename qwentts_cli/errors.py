"""Everything that can go wrong on purpose, and the exit code of each.

    QwenTTSError
    ├── UsageError        2    arguments, config, input, existing output: nothing was sent
    ├── AuthError         3    no key, wrong key, wrong region, no access to the model
    ├── QuotaError        4    a limit or a bill that waiting a moment does not clear
    │   └── Throttled     4    a rate limit; waiting does clear it
    ├── NetworkError      5    refused, timed out, 5xx, half an answer
    │   ├── Unreachable   5    no network, no such host, nobody listens: nothing was sent
    │   └── LinkBroken    5    the address of finished audio does not open
    │       └── LinkExpired    and never will again
    ├── RejectedError     6    the service refused the text, or its answer is not audio
    │   ├── TextTooLong   6    the text is over the model's limit: halve it and go on
    │   ├── RefusedText   6    the content filter refused the text
    │   └── BadAudioError 6    the audio was fetched, and is none
    ├── LocalError        7    disk, memory, permission, closed stdout, no audio device, encoder
    ├── PartialError      8    some items of a batch failed, the rest is done
    ├── BusyError         9    another process holds the same output folder
    └── BudgetError      10    a limit of cost or characters would be crossed

A library's error becomes one of these once, in the module that calls the library.
"""

from __future__ import annotations

from enum import IntEnum, unique
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypedDict, Unpack

from qwentts_cli.redact import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@unique
class ExitCode(IntEnum):
    """The process's exit codes; `cli/` is the only place that uses them to exit."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    AUTH = 3
    QUOTA = 4
    NETWORK = 5
    REJECTED = 6
    LOCAL = 7
    PARTIAL = 8
    BUSY = 9
    BUDGET = 10
    HANGUP = 129
    INTERRUPT = 130
    BROKEN_PIPE = 141
    TERMINATE = 143


# What each says to whoever reads it in a script; the README and the manual page show these.
MEANINGS = {
    ExitCode.OK: "all that was asked for exists and was verified",
    ExitCode.INTERNAL: "a bug; --debug shows where",
    ExitCode.USAGE: "arguments, settings, input, existing output: found before anything was sent",
    ExitCode.AUTH: "no key, wrong key, wrong region, no access to the model",
    ExitCode.QUOTA: "a rate limit that does not clear, arrears, the free tier used up",
    ExitCode.NETWORK: "refused, timed out, failed at the service",
    ExitCode.REJECTED: (
        "the service refused the text or the parameters, or answered something that is not audio"
    ),
    ExitCode.LOCAL: "disk, memory, permission, closed stdout, no audio device, encoder",
    ExitCode.PARTIAL: "batch: some items failed, the rest is done; run it again; lint: something was found",
    ExitCode.BUSY: "another process writes to the same output folder",
    ExitCode.BUDGET: (
        "--max-cost, --max-characters or the setting budget would be crossed; nothing beyond it was sent"
    ),
    ExitCode.HANGUP: "the terminal went away",
    ExitCode.INTERRUPT: "Ctrl-C",
    ExitCode.BROKEN_PIPE: "the reader of stdout went away",
    ExitCode.TERMINATE: "told to end",
}


class ServiceFacts(TypedDict, total=False):
    """By what the service's support finds a failure again."""

    service_code: str
    request_id: str


class Facts(ServiceFacts, total=False):
    """What can be known of an error besides its message; each is described at `QwenTTSError`."""

    hint: str
    details: tuple[str, ...]
    place: tuple[int, int] | None
    retryable: bool
    maybe_billed: bool
    most_attempts: int | None
    partial: dict[str, Any]


class QwenTTSError(Exception):
    """An expected failure, told to the user in one line.

    An error is complete when it is made, and never changed after that: who knows more raises a copy of it
    `from` it.

    Args:
        message: what went wrong and where, without a full stop.
        hint: what to do about it, one or more sentences.
        service_code: the service's own error code, as sent.
        request_id: the service's id of the failed request.
        details: more lines, where more than one thing is wrong.
        place: line and column of the text that it is about, from 1.
        retryable: whether the same again may succeed; by default what is usual for its kind.
        maybe_billed: the request may have reached the service, so it may have been made and billed.
        most_attempts: at most so many attempts at what seldom gets better; `None` leaves it to the retry
            policy.
        partial: for scripts, what was done before it.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL
    retryable = False
    maybe_billed = False
    most_attempts: int | None = None
    hint = service_code = request_id = ""
    details: tuple[str, ...] = ()
    place: tuple[int, int] | None = None
    partial: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, message: str, **facts: Unpack[Facts]) -> None:
        super().__init__(message)
        self.__dict__.update(facts)

    @property
    def message(self) -> str:
        text = str(self)
        return f"{text} (text at line {self.place[0]}, column {self.place[1]})" if self.place else text

    def replace(self, **facts: Unpack[Facts]) -> Self:
        """A copy with other facts, to be raised `from` this one."""
        copy = type(self).__new__(type(self), *self.args)
        copy.__dict__.update(self.__dict__, **facts)
        return copy

    def drop_frames(self) -> Self:
        """Forget the functions that it and its causes came through: they hold on to all that was in them."""
        for cause in causes(self):
            cause.__traceback__ = None
        return self.with_traceback(None)


class UsageError(QwenTTSError):
    exit_code = ExitCode.USAGE


class AuthError(QwenTTSError):
    exit_code = ExitCode.AUTH


class QuotaError(QwenTTSError):
    exit_code = ExitCode.QUOTA


class Throttled(QuotaError):
    """The service asks to slow down; `retry_after_s` is how long, where it said so."""

    retryable = True

    def __init__(self, message: str, *, retry_after_s: float | None = None, **facts: Unpack[Facts]) -> None:
        super().__init__(message, **facts)
        self.retry_after_s = retry_after_s


class NetworkError(QwenTTSError):
    exit_code = ExitCode.NETWORK
    retryable = True


class Unreachable(NetworkError):
    """There is no way to the server now: no network, no such host, or nobody listens there."""


class LinkBroken(NetworkError):
    """The audio's signed address does not open: perhaps not yet, since storage takes a moment to know it."""


class LinkExpired(LinkBroken):
    """The audio's signed address no longer opens; only a new synthesis helps."""

    retryable = False


class RejectedError(QwenTTSError):
    exit_code = ExitCode.REJECTED


class TextTooLong(RejectedError):
    """The service's "Range of input length" answer; its unit is not documented."""


class RefusedText(RejectedError):
    """The service's content filter refused the text; the same text is never sent again in one run."""


class BadAudioError(RejectedError):
    """What was downloaded is not whole, sane audio; another try may bring it."""

    retryable = True
    most_attempts = 3


class LocalError(QwenTTSError):
    exit_code = ExitCode.LOCAL


class PartialError(QwenTTSError):
    exit_code = ExitCode.PARTIAL
    retryable = True


class BusyError(QwenTTSError):
    exit_code = ExitCode.BUSY
    retryable = True


class BudgetError(QwenTTSError):
    exit_code = ExitCode.BUDGET


def causes(error: BaseException) -> Iterator[BaseException]:
    """What led to it, the latest first."""
    cause = error.__cause__ or error.__context__
    while cause:
        yield cause
        cause = cause.__cause__ or cause.__context__


def error_text(error: QwenTTSError) -> str:
    """What went wrong, with what the service's support would ask for."""
    request = f"request {error.request_id}" if error.request_id else ""
    facts = ", ".join(fact for fact in (error.service_code, request) if fact)
    return f"{error.message} [{facts}]" if facts else error.message


def error_document(error: QwenTTSError) -> dict[str, Any]:
    """The stable shape of an error for scripts; `code` is the service's own where there is one.

    `details` are there only where there is more than one thing wrong.
    """
    details = {"details": [safe(detail) for detail in error.details]} if error.details else {}
    return details | {
        "code": safe(error.service_code) or error.exit_code.name.lower(),
        "exit": int(error.exit_code),
        "message": safe(error.message),
        "hint": safe(error.hint),
        "request_id": error.request_id or None,
        "retryable": error.retryable,
    }
