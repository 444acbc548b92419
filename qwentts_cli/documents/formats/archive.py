"""A document that is a zip file of XML: read within limits, and never taken at its word.

Nothing is written to disk, and a member is found by its name alone, so a path that leaves the archive leads
nowhere. Sizes are counted as they come out, whatever the directory of the archive claims.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from qwentts_cli.documents.formats.page_encoding import HEAD_BYTES, declared_encoding, decode_page
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_MOST_MEMBER_BYTES: Final = 64 << 20
_MOST_BYTES: Final = 1 << 30  # of all members that are read
_ENCRYPTED: Final = 0x1
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


class Malformed(UsageError):
    """A member that is not XML."""


class Archive:
    """The members of a zip file; `what` is what the user takes it for, as in "is no EPUB".

    Raises:
        UsageError: the file is no zip file, is damaged or encrypted, or grows beyond reason when unpacked.
    """

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self._what = what
        self._read_bytes = 0
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise self.error(f"is no {what}, or a damaged one", cause=error) from None
        self._names = {info.filename.replace("\\", "/"): info for info in self._zip.infolist()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        info = self._names.get(name)
        if info is None:
            raise self.error(f"is a damaged {self._what}: it lacks {name!r}")
        if info.flag_bits & _ENCRYPTED:
            raise self.error("is encrypted", hint="Save it without a password.")
        try:
            with self._zip.open(info) as member:
                data = member.read(_MOST_MEMBER_BYTES + 1)
        except _BROKEN as error:
            raise self.error(f"is a damaged {self._what}, in {name!r}", cause=error) from None
        self._read_bytes += len(data)
        if len(data) > _MOST_MEMBER_BYTES or self._read_bytes > _MOST_BYTES:
            raise self.error(
                f"unpacks to more than {_MOST_MEMBER_BYTES >> 20} MB in {name!r}: that is no text"
            )
        return data

    def xml(self, name: str) -> ET.Element:
        """Parse a member; a document type that defines entities is refused, since no e-book needs one.

        Raises:
            Malformed: it is not XML, and cannot be taken for it.
            UsageError: it is not there, too large, or not safe to read.
        """
        data = self.read(name)
        is_in_utf = declared_encoding(data[:HEAD_BYTES]) is None
        try:
            return self._parsed(data if is_in_utf else decode_page(data), name)
        except (ET.ParseError, LookupError, ValueError) as error:
            problem = error
        from qwentts_cli.documents.formats.xml_mending import mend_xml

        try:
            return self._parsed(mend_xml(decode_page(data)), name)
        except (ET.ParseError, ValueError):
            damaged = self.error(f"is a damaged {self._what}, in {name!r}", cause=problem)
            raise Malformed(damaged.message) from None

    def _parsed(self, source: bytes | str, name: str) -> ET.Element:
        has_entities = (
            "<!ENTITY" in source
            if isinstance(source, str)
            else b"<!ENTITY" in source.replace(b"\0", b"")  # of UTF-16
        )
        if has_entities:
            raise self.error(f"defines XML entities in {name!r}, which is not safe to read")
        return ET.fromstring(source)  # noqa: S314 - without entities, and expat fetches nothing

    def error(self, text: str, *, cause: Exception | None = None, hint: str = "") -> UsageError:
        return UsageError(f"{self.path} {text}{f' ({cause})' if cause else ''}", hint=hint)


def resolve(base: str, reference: str) -> tuple[str, str]:
    """Give the member and the fragment that `reference` in the member `base` points to."""
    path, _, fragment = reference.partition("#")
    if not path:
        return base, unquote(fragment)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(path)))
    return joined.lstrip("/"), unquote(fragment)
