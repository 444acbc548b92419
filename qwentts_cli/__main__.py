"""Starts the program; a question for the version is answered before anything is loaded."""

from __future__ import annotations

import gc
import os
import sys

# What is loaded stays: to look through it for garbage at every 700 objects, and once more at the end, takes
# 30 ms of each `say`.
_GARBAGE_AFTER = 50_000


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] in (["--version"], ["-V"], ["version"]) and sys.stdout is not None:
        from qwentts_cli import __version__

        print(f"qwentts {__version__}")  # noqa: T201 - the fast path of a command
        return
    gc.set_threshold(_GARBAGE_AFTER)
    try:
        sys.exit(_run(sys.argv[1:]))
    finally:
        gc.freeze()


def _run(arguments: list[str]) -> int:
    if "_QWENTTS_COMPLETE" in os.environ:
        from qwentts_cli.cli.shell.complete import print_candidates

        print_candidates(arguments)
        return 0
    try:
        _leave_on_interrupt(130)
        from qwentts_cli.cli.app import run

        code = run(arguments)
    except KeyboardInterrupt:
        code = 130
    _leave_on_interrupt(code)
    return code


def _leave_on_interrupt(code: int) -> None:
    """End at once at Ctrl-C: while Python loads modules or cleans up, it turns or ignores exceptions."""
    import signal

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(code))


if __name__ == "__main__":
    main()
