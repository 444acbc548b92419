"""The API key: hidden from the moment it is read, and checked before it can reach a header."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct

from qwentts_cli.errors import AuthError, UsageError
from qwentts_cli.known_secrets import remember_secret
from qwentts_cli.storage.private import read_believable

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "sk-"
_SHOWN = 4
_LONG_ENOUGH_TO_SHOW = 12
_MAX_KEY_BYTES = 64 << 10
_PLACEHOLDER = re.compile(
    r"sk-x+|sk-\*+|your[-_ ]?(dashscope[-_ ]?)?api[-_ ]?key|<.*>|\$\{?\w+\}?", re.IGNORECASE
)
_USUAL = r"sk-[A-Za-z0-9_-]{16,}"
_HOW_TO_SET = (
    "Set one with 'qwentts config init', the variable QWENTTS_API_KEY, or --api-key-file. "
    "To try the tool without a key, add --region sandbox."
)


class ApiKey(Struct, frozen=True):
    """The secret and where it came from; from the moment that there is one, no message shows it."""

    secret: str
    origin: str = ""

    def __post_init__(self) -> None:
        remember_secret(self.secret.strip())

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not written anywhere")

    @property
    def is_of_a_plan(self) -> bool:
        """Keys of a Coding or Token Plan work on the plan's own host only."""
        return self.secret.startswith("sk-sp-")


def mask(secret: str) -> str:
    """The last four characters, and nothing of a short one; `sk-` only where it is there."""
    end = secret[-_SHOWN:] if len(secret) >= _LONG_ENOUGH_TO_SHOW else ""
    return f"{_PREFIX if secret.startswith(_PREFIX) else ''}...{end}"


def check_key(raw: ApiKey, origin: str) -> ApiKey:
    """Trim what copying adds around a key, and refuse what cannot be one.

    Raises:
        AuthError: the text is a placeholder, is quoted, or holds what no header may carry.
    """
    key = raw.secret.strip("\ufeff \t\r\n")
    if not key:
        raise missing_key()
    problem = _problem(key)
    if problem:
        raise AuthError(f"the API key from {origin} cannot be right: {problem}", hint="Set it again.")
    return ApiKey(key, origin)


def looks_like_key(secret: str) -> bool:
    """Whether it has the form that all keys of the service have been seen to have."""
    return bool(re.fullmatch(_USUAL, secret))


def missing_key() -> AuthError:
    return AuthError("no API key is set", hint=_HOW_TO_SET)


def read_key_file(path: Path) -> ApiKey:
    """Read `--api-key-file`.

    Raises:
        UsageError: the file is missing or cannot be read.
        LocalError: others own it or can write to it.
    """
    try:
        return decode_key(read_believable(path, _MAX_KEY_BYTES, waits_for_pipe=True)[0])
    except OSError as error:
        raise UsageError(f"cannot read the key file {path}: {error.strerror}") from error


def decode_key(data: bytes) -> ApiKey:
    """Decode what a file or a pipe holds; bytes that are not UTF-8 make a key that is refused later."""
    return ApiKey(data.decode("utf-8-sig", errors="replace").strip())


def _problem(key: str) -> str:
    if key[0] in "\"'" or key[-1] in "\"'":
        return "it has quotes around it"
    if key.lower().startswith("bearer "):
        return "it starts with 'Bearer', which is added for you"
    if _PLACEHOLDER.fullmatch(key):
        return "it is a placeholder, not a key"
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        return "it holds spaces, line breaks or characters that no key has"
    return ""
