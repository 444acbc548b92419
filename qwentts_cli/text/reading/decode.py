"""Bytes to text: UTF-8 unless a byte order mark or the user says otherwise, and never a silent guess."""

from __future__ import annotations

import codecs
import re

from qwentts_cli.errors import UsageError
from qwentts_cli.text.reading.binary import binary_kind
from qwentts_cli.text.reading.terminal import TerminalFilter

# Longer marks first: the mark of UTF-16 begins the one of UTF-32.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LONGEST_MARK = 4
# Not those that are white space: tabs, form feeds, vertical tabs, separators, and U+0085.
_CONTROLS = "[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"


class TextDecoder:
    """Decodes one source, fed in pieces; `removed_controls` counts the control characters left out.

    A whole escape sequence, and a character that another is printed over, count as one.

    Raises:
        UsageError: the bytes are not text in the encoding; the message has the offset.
    """

    def __init__(self, name: str, encoding: str | None = None) -> None:
        self._removed_controls = 0
        self._terminal = TerminalFilter()
        self._name = name
        self._asked = _known(encoding) if encoding else None
        self._encoding = ""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._head = b""
        self._fed = 0

    @property
    def removed_controls(self) -> int:
        return self._removed_controls + self.removed_sequences

    @property
    def removed_sequences(self) -> int:
        """How many of these were escape sequences or struck over."""
        return self._terminal.removed

    def feed(self, data: bytes, *, is_last: bool = False) -> str:
        decoder = self._decoder
        if decoder is None:
            self._head += data
            if len(self._head) < _LONGEST_MARK and not is_last:
                return ""
            mark, self._encoding = self._recognise(self._head)
            decoder = self._decoder = codecs.getincrementaldecoder(self._encoding)()
            self._fed, data = len(mark), self._head[len(mark) :]
        return self._clean(self._decode(decoder, data, is_last=is_last), is_last=is_last)

    def _recognise(self, head: bytes) -> tuple[bytes, str]:
        mark, encoding = next(((m, e) for m, e in _MARKS if head.startswith(m)), (b"", "utf-8"))
        if self._asked and codecs.lookup(self._asked).name != codecs.lookup(encoding).name:
            mark, encoding = b"", self._asked
        if kind := binary_kind(head):
            raise UsageError(f"{self._name} is binary ({kind}), not text")
        return mark, encoding

    def _decode(self, decoder: codecs.IncrementalDecoder, data: bytes, *, is_last: bool) -> str:
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(data, final=is_last)
        except UnicodeDecodeError as error:
            offset = self._fed - pending + error.start
            raise UsageError(
                f"{self._name} is not {self._encoding.upper()}: byte 0x{error.object[error.start]:02x} "
                f"at {offset}",
                hint=_encoding_hint(error.object[error.start :]),
            ) from None
        except UnicodeError as error:
            raise UsageError(
                f"{self._name} is not {self._encoding.upper()}: {error}",
                hint="For UTF-16 without a byte order mark, add --encoding utf-16-le or utf-16-be.",
            ) from None
        self._fed += len(data)
        return text

    def _clean(self, text: str, *, is_last: bool) -> str:
        if "\0" in text:
            raise UsageError(
                f"{self._name} has a NUL byte: is it binary, or UTF-16?",
                hint="For UTF-16 without a byte order mark, add --encoding utf-16-le or utf-16-be.",
            )
        text = self._terminal.feed(text, is_last=is_last)
        if not text.replace("\n", "").isprintable():  # a quick look: most texts have no controls
            text, removed = re.subn(_CONTROLS, "", text)
            self._removed_controls += removed
        return text


def decode_argument(text: str) -> tuple[str, TextDecoder]:
    """Check a text of the command line; gives it without control characters, and what knows of those.

    Raises:
        UsageError: the shell passed bytes that are not UTF-8.
    """
    decoder = TextDecoder("the text", "utf-8")
    return decoder.feed(text.encode("utf-8", "surrogateescape"), is_last=True), decoder


def _encoding_hint(data: bytes) -> str:
    from qwentts_cli.text.reading.encodings import likely_encoding

    likely = likely_encoding(data)
    if likely:
        return f"It looks like {likely}: try --encoding {likely}."
    return "Name its encoding, for example --encoding gb18030."


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, UnicodeError, ValueError):
        raise UsageError(
            f"there is no encoding {encoding!r}", hint="Examples: gb18030, big5, shift_jis, latin-1."
        ) from None
    return name
