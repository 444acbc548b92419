from __future__ import annotations

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
        (b"\0\0\0\x20ftypM4A ", "M4A"),
        (b"\x1f\x8b\x08\0", "gzip"),
    ],
)
def test_a_binary_file_is_named_for_what_it_is(data: bytes, kind: str) -> None:
    assert f"is binary ({kind}" in refusal(data).message
