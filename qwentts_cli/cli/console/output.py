"""What a user gets to read: the product on stdout, the conversation on stderr."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from msgspec import Struct

from qwentts_cli.errors import LocalError, QwenTTSError, error_document, error_text
from qwentts_cli.redact import safe
from qwentts_cli.storage.json_lines import encode_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwentts_cli.cli.parser.global_options import GlobalOptions


class Output(Struct, frozen=True):
    """Speaks to the user as the global options ask for."""

    is_json: bool = False
    is_quiet: bool = False
    is_verbose: bool = False
    is_colored: bool = False

    @property
    def is_terminal(self) -> bool:
        """Whether somebody reads stdout on a terminal."""
        return sys.stdout is not None and sys.stdout.isatty()

    def lines(self, lines: Iterable[str]) -> None:
        """Write product lines to stdout.

        Raises:
            LocalError: stdout is closed or full.
        """
        if sys.stdout is None:
            raise stdout_error(ValueError())
        try:
            for line in lines:
                print(line)  # noqa: T201 - the one place that writes text to stdout
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except (OSError, ValueError) as error:
            raise stdout_error(error) from error

    def document(self, document: dict[str, Any]) -> None:
        """Write the one JSON document of `--json`."""
        self._json(json.dumps(document, ensure_ascii=False), document)

    def json_line(self, document: dict[str, Any]) -> None:
        """Write a line of `--jsonl`."""
        self._json(encode_line(document).decode(), document)

    def _json(self, text: str, document: dict[str, Any]) -> None:
        """Write JSON, escaped where stdout is not UTF-8 or a text is not Unicode."""
        self.lines([text if _is_utf8(sys.stdout, text) else json.dumps(document)])

    def detail(self, message: str) -> None:
        if self.is_verbose:
            self._say(message)

    def note(self, message: str) -> None:
        if not self.is_quiet:
            self._say(message)

    def warn(self, message: str) -> None:
        self._say(f"{self._paint('Warning:', 33)} {safe(message)}", is_safe=True)

    def error(self, error: QwenTTSError) -> None:
        """Tell of a failure in one line, and with `--json` as a document on stdout too."""
        message = error_text(error)
        end = "" if message.endswith("?") else "."
        text = safe(f"{message}{end} {error.hint}".strip())
        self._say(f"{self._paint('Error:', 31)} {text}", is_safe=True)
        for detail in error.details:
            self._say(f"  {safe(detail)}", is_safe=True)
        try:
            if self.is_json:
                self.document({**error.partial, "error": error_document(error)})
            self.lines([])
        except LocalError:  # stdout itself is what failed; stderr has the message
            discard(sys.stdout)

    def _paint(self, text: str, color: int) -> str:
        return f"\x1b[{color}m{text}\x1b[0m" if self.is_colored else text

    def _say(self, message: str, *, is_safe: bool = False) -> None:
        if sys.stderr is None:  # print would fall back to stdout, into the product
            return
        try:
            print(message if is_safe else safe(message), file=sys.stderr, flush=True)  # noqa: T201 - likewise stderr
        except (OSError, ValueError):
            discard(sys.stderr)  # nobody listens; the exit code still speaks


def make_output(options: GlobalOptions) -> Output:
    return Output(
        is_json=options.json,
        is_quiet=options.quiet,
        is_verbose=options.verbose or options.debug,
        is_colored=wants_color(no_color=options.no_color),
    )


def escape_what_cannot_be_encoded() -> None:
    """Have stdout and stderr take every text: a locale of 8 bits has few characters.

    A file's name goes into a pipe as the bytes that it has, as `ls` and `find` do it.
    """
    codecs.register_error("raw", _encode_raw)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            is_raw = stream is sys.stdout and not stream.isatty()
            stream.reconfigure(errors="raw" if is_raw else "backslashreplace")


def _encode_raw(error: UnicodeError) -> tuple[str | bytes, int]:
    for name in ("surrogateescape", "backslashreplace"):
        with suppress(UnicodeError):
            return codecs.lookup_error(name)(error)
    raise error


def _is_utf8(stream: TextIO | None, text: str) -> bool:
    """Whether a text arrives at a stream as UTF-8."""
    try:
        return stream is None or text.encode() == text.encode(stream.encoding)
    except (UnicodeError, LookupError):
        return False


def discard(stream: TextIO) -> None:
    """Let what is still buffered go nowhere; flushing it at exit would only fail once more."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def stdout_error(error: Exception) -> LocalError:
    why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "it is closed"
    return LocalError(f"cannot write to stdout: {why}", hint="Give the output another place.")


def wants_color(*, no_color: bool) -> bool:
    return not no_color and not os.environ.get("NO_COLOR") and can_redraw(sys.stderr)


def can_redraw(stream: TextIO | None) -> bool:
    """Whether a stream goes to a terminal that knows colours and a cursor."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
