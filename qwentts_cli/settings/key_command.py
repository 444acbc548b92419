"""The key that a password manager keeps: the program of `api_key_command` is asked for it, once a process."""

from __future__ import annotations

import shlex
import subprocess
from functools import cache
from pathlib import Path

from qwentts_cli.errors import AuthError
from qwentts_cli.settings.child import run_keeper
from qwentts_cli.settings.credentials import ApiKey

# Somebody may have to type a passphrase or touch a token.
_LONGEST_S = 60.0


@cache
def ask_for_key(command: str, origin: str, longest_s: float = _LONGEST_S) -> ApiKey:
    """Run the command that stands at `origin`; the first line of its output is the key.

    What it says is never shown: it may be the key, or another secret.

    Raises:
        AuthError: it cannot be started, fails, gives nothing, or takes too long.
    """
    program, *arguments = shlex.split(command)
    try:
        done = run_keeper(
            [str(Path(program).expanduser()), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=longest_s,
        )
    except subprocess.TimeoutExpired:
        raise _failure(program, origin, f"gave no key within {longest_s:.0f} s") from None
    except OSError as error:
        raise _failure(program, origin, f"cannot be started: {error.strerror}") from None
    if done.returncode:
        raise _failure(program, origin, f"failed with exit code {done.returncode}")
    key = done.stdout.partition(b"\n")[0].decode("utf-8-sig", errors="replace").strip()
    if not key:
        raise _failure(program, origin, "gave no key")
    return ApiKey(key)


def _failure(program: str, origin: str, what: str) -> AuthError:
    return AuthError(
        f"the program {program!r}, which should print the API key, {what} (api_key_command in {origin})",
        hint="Run the command yourself to see why; what it says is not shown here.",
    )
