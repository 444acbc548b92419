"""Starts the program; a question for the version is answered before anything is loaded."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] in (["--version"], ["-V"]) and sys.stdout is not None:
        from qwentts_cli import __version__

        print(f"qwentts {__version__}")  # noqa: T201 - the fast path of a command
        return
    try:
        from qwentts_cli.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
