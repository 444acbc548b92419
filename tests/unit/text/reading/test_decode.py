from __future__ import annotations

import bz2
import io
import wave
import zipfile

import pytest

from qwentts_cli.errors import UsageError
from qwentts_cli.text.reading.decode import TextDecoder

TEXTS = {
    "gb18030": ("清晨的雾还没有散，老张就挑着担子出了门。", "你好"),
    "big5": ("今天的天氣很好，我們一起去公園散步。", "你好，請說"),
    "shift_jis": ("駅前の小さな喫茶店は、いつも朝の七時に開く。", "こんにちは"),
    "euc_jp": ("駅前の小さな喫茶店は、いつも朝の七時に開く。", "こんにちは"),
    "euc_kr": ("그는 친구들에게 빨리 집으로 가자고 말했다.", "안녕하세요"),
    "cp1251": ("Привет, как дела? Сегодня хорошая погода.", "Да"),
    "koi8_r": ("Привет, как дела? Сегодня хорошая погода.", "привет"),
    "cp1252": (
        "Die Tür öffnet sich: „schöne Grüße“.",
        "café",
        "L’été, déjà",
        "¿Qué tal, señor?",
        "São",
    ),
}


def refusal(data: bytes) -> UsageError:
    with pytest.raises(UsageError) as caught:
        TextDecoder("in.txt").feed(data, is_last=True)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "text"), [(name, text) for name, texts in TEXTS.items() for text in texts]
)
def test_the_likely_encoding_is_named(encoding: str, text: str) -> None:
    """Whoever has an old file learns the one option that reads it."""
    assert f"--encoding {encoding}." in refusal(text.encode(encoding)).hint


def wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 24000, 0, "NONE", ""))
        file.writeframes(bytes(100))
    return out.getvalue()


def zipped(name: str, data: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (wav(), "WAV"),
        (zipped("word/document.xml"), "DOCX"),
        (zipped("[Content_Types].xml"), "DOCX or another"),
        (zipped("mimetype", "application/epub+zip"), "EPUB"),
        (zipped("a.txt"), "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xfb\x90\x64" + bytes(40), "MP3"),
        (bz2.compress(b"Hi."), "bzip2"),
        (bz2.compress(b""), "bzip2"),
        (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "GIF"),
        (b"#!AMR\n\x3c\x08", "AMR"),
        (b"\0\0\0\x20ftypM4A ", "M4A"),
        (b"\x1f\x8b\x08\0", "gzip"),
    ],
)
def test_a_binary_file_is_named_for_what_it_is(data: bytes, kind: str) -> None:
    assert f"is binary ({kind}" in refusal(data).message


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("BZhang said hello.", None),
        ("GIF89a is an old format of pictures.", None),
        ("The ftyp box comes first.", None),
        ("RIFF is WAVE, mostly.", None),
        ("#!AMR\nis how it begins.", None),
        ("ясно, что день настал.", "cp1251"),
        ("ящик стоит.", "cp1251"),
        ("Bold: \x1b[1mGIF\x1b[0m", None),
    ],
)
def test_a_text_may_begin_like_a_binary_file(text: str, encoding: str | None) -> None:
    """Letters alone make no picture and no sound: those have bytes that no text has."""
    data = text.encode(encoding or "utf-8")
    assert TextDecoder("in.txt", encoding).feed(data, is_last=True).startswith(text[:5])


@pytest.mark.parametrize("introducer", ["\x1bP", "\x1b]", "\x90", "\x98", "\x9d", "\x9e", "\x9f"])
@pytest.mark.parametrize("end", ["\x9c", "\x1b\\"])
def test_strings_for_a_terminal_are_left_out(introducer: str, end: str) -> None:
    """What stands between such a mark and its end is for the terminal alone, however it is cut."""
    data = f"Hi {introducer}1;2;secret{end}there.".encode()
    for cut in range(4, len(data)):
        decoder = TextDecoder("in.txt")
        assert decoder.feed(data[:cut]) + decoder.feed(data[cut:], is_last=True) == "Hi there."
        assert decoder.removed_sequences == 1


def test_what_is_printed_over_is_left_out_in_any_pieces() -> None:
    """A pipe may end a piece between a letter and what goes back over it."""
    data = "N\bNA\bAM\bME\bE _\bo_\bf it. 好\b\b好。\x1b[1mEnd\x1b[0m".encode()
    for cut in range(4, len(data)):
        decoder = TextDecoder("in.txt")
        assert decoder.feed(data[:cut]) + decoder.feed(data[cut:], is_last=True) == "NAME of it. 好。End"


@pytest.mark.parametrize("encoding", ["utf-16", "idna", "punycode", "undefined"])
def test_an_encoding_that_does_not_suit_is_told(encoding: str) -> None:
    """Whatever way the decoder has of saying so."""
    with pytest.raises(UsageError, match=r"in.txt is not|no encoding"):
        TextDecoder("in.txt", encoding).feed(b"xn--zzzzzz--.com", is_last=True)


def test_what_a_program_erased_of_its_line_is_left_out() -> None:
    """As it shows how far it is; what it says in the end is said."""
    decoder = TextDecoder("in.txt")
    text = "One.\nLoading 1\x1b[2K\x1b[1GLoading 2\x1b[2K\x1b[1GDone.\nTwo."
    assert decoder.feed(text.encode(), is_last=True) == "One.\nDone.\nTwo."
