"""Names of outputs: that they stay in their folder, and that every file system can have them."""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import Final

from qwentts_cli.manifest.problems import quoted
from qwentts_cli.text.graphemes import joined

MAX_BYTES: Final = 255  # of one name, in UTF-8

# Controls, line separators, marks that reorder text, and what is not Unicode: a listing with them deceives.
_DECEPTIVE: Final = (
    "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
)
_REFUSED = re.compile(f"[{_DECEPTIVE}]")
_UNPORTABLE = re.compile('[:*?"<>|]')
_HARMFUL = re.compile(rf"[/\\{_DECEPTIVE}]|[. ]+\Z")
_UNSAFE = re.compile(rf'[/\\:*?"<>|{_DECEPTIVE}]|\A[. ]+|[. ]+\Z')
_DRIVE = re.compile(r"[A-Za-z]:")
# Windows, "Naming Files, Paths, and Namespaces": devices, whatever their extension is.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9¹²³]) *(?:\.|\Z)", re.IGNORECASE)
# What a name that ends with another of these claims to be.
_AUDIO: Final = frozenset(
    [
        "wav",
        "wave",
        "flac",
        "mp3",
        "opus",
        "ogg",
        "oga",
        "pcm",
        "raw",
        "m4a",
        "aac",
        "aif",
        "aiff",
        "wma",
        "webm",
        "mp4",
        "amr",
    ]
)

_ALIASES: Final = {"oga": "ogg", "raw": "pcm", "wave": "wav"}


def check_output(name: str, *, extension: str, portable: bool) -> str:
    """Check the path of an output that somebody wrote, and return it with its `extension` (no dot).

    Raises:
        ValueError: it would leave the folder, deceive, claim another format, or is a name no file can have.
    """
    if "\\" in name or _DRIVE.match(name):
        raise ValueError(f"{quoted(name)} has a drive or a backslash: separate folders with /")
    if bad := _REFUSED.search(name):
        raise ValueError(f"{quoted(name)} has the character U+{ord(bad[0]):04X}")
    if name.startswith("/"):
        raise ValueError(f"{quoted(name)} is not relative to the output folder")
    if not name or name.endswith("/"):
        raise ValueError(f"{quoted(name)} names no file")
    parts = name.split("/")
    if ".." in parts:
        raise ValueError(f"{quoted(name)} leaves the output folder")
    _check_part(parts[-1], portable=False)
    parts[-1] = _with_format(parts[-1], extension)
    for part in parts:
        _check_part(part, portable=portable)
    return "/".join(parts)


def check_part_length(part: str) -> None:
    """Raise `ValueError` if `part` is longer than a file's name can be."""
    size = len(part.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise ValueError(f"{quoted(part)} is {size} bytes long; a name has at most {MAX_BYTES}")


def safe_value(value: str) -> str:
    """Make any text a part of a name that every file system can have: `_` for what might not be allowed."""
    return _UNSAFE.sub(_underscores, value) if _UNSAFE.search(value) else value


def safe_stem(stem: str, *, portable: bool) -> str:
    """Make the name of an existing file that of an output: as it is, but for what deceives."""
    return safe_value(stem) if portable else _HARMFUL.sub(_underscores, stem)


def shortened(name: str, most_bytes: int) -> str:
    """Leave out the end of a safe name that is longer than that in UTF-8, but no part of a character."""
    if len(name) * 4 <= most_bytes or len(name.encode()) <= most_bytes:
        return name
    end = len(name.encode()[:most_bytes].decode(errors="ignore"))
    while end > 1 and joined(name, end):
        end -= 1
    return name[:end].rstrip(". ")


def with_extension(stem: str, extension: str) -> str:
    """Add the extension to a safe name unless it has it, and make that usable.

    Raises:
        ValueError: the name is too long.
    """
    return avoid_device_name(stem if stem.lower().endswith(f".{extension}") else f"{stem}.{extension}")


def avoid_device_name(name: str) -> str:
    """Return a safe name of a file or folder, with an underscore before that of a device.

    Raises:
        ValueError: the name is too long.
    """
    if _RESERVED.match(name):
        name = f"_{name}"
    if len(name) * 4 > MAX_BYTES:
        check_part_length(name)
    return name


def name_key(name: str) -> str:
    """What is the same for names of one file where neither case nor the Unicode form counts."""
    if name.isascii():
        return name.lower()
    decomposed = partial(unicodedata.normalize, "NFD")
    return decomposed(decomposed(name).casefold())


def _claimed_format(name: str) -> str:
    """Return the format a name says it has, or "" if it does not end like one of audio."""
    stem, _, extension = name.lower().rpartition(".")
    return _ALIASES.get(extension, extension) if stem and extension in _AUDIO else ""


def _underscores(match: re.Match[str]) -> str:
    return "_" * len(match[0])


def _with_format(name: str, extension: str) -> str:
    claimed = _claimed_format(name)
    if claimed and claimed != extension:
        raise ValueError(f"{quoted(name)} ends with .{claimed}, but the format is {extension}")
    return name if claimed else f"{name}.{extension}"


def _check_part(part: str, *, portable: bool) -> None:
    if part in {"", "."}:
        raise ValueError(f"{quoted(part)} cannot be a part of a name")
    if part[-1] in ". ":
        raise ValueError(f"{quoted(part)} ends with a {'dot' if part[-1] == '.' else 'space'}")
    check_part_length(part)
    if portable and _RESERVED.match(part):
        raise ValueError(f"{quoted(part)} is a device on Windows")
    if portable and (bad := _UNPORTABLE.search(part)):
        raise ValueError(f"{quoted(part)} has {bad[0]}, which not every system can have in a name")
