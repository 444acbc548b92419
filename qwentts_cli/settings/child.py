"""The one way to start another program: it gets no secret of the user's, unless it keeps them."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

from qwentts_cli.known_secrets import has_known_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SECRET_NAMES = re.compile(
    "API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL", re.IGNORECASE
)
# A shorter value, such as a 1, is in others by chance.
_LONG_ENOUGH = 8
# A database's or a proxy's address with a password in it.
_WITH_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]*@")


def start_program(argv: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - Popen's own
    """Start a program and leave it running; `options` are those of `Popen`, in which `env` has no place."""
    return subprocess.Popen(argv, env=without_secrets(os.environ), **options)  # noqa: S603 - no shell


def run_program(argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: ANN401 - likewise
    """Run a program to its end; `options` are those of `subprocess.run`."""
    return subprocess.run(argv, env=without_secrets(os.environ), check=False, **options)  # noqa: S603 - no shell


def run_keeper(argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: ANN401 - likewise
    """Run the user's own keeper of secrets, which a variable such as `OP_SERVICE_ACCOUNT_TOKEN` may open."""
    return subprocess.run(argv, check=False, **options)  # noqa: S603 - no shell


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for another program: nothing that is called a secret, or holds one."""
    secrets = {value for name, value in environ.items() if _SECRET_NAMES.search(name)}
    return {name: value for name, value in environ.items() if not _is_secret(name, value, secrets)}


def _is_secret(name: str, value: str, secrets: set[str]) -> bool:
    if _SECRET_NAMES.search(name) or _WITH_PASSWORD.search(value) or has_known_secret(value):
        return True
    return any(secret in value for secret in secrets if len(secret) >= _LONG_ENOUGH)
