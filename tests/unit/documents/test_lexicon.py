"""Words of a lexicon are found as a reader would find them, in every script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.documents.lexicon import Entry, Lexicon, read_lexicon, substitute
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def said(text: str, *entries: Entry, voice: str = "", languages: tuple[str, ...] = ()) -> str:
    found = Lexicon(entries).pronounce(text, voice=voice, languages=languages)
    return substitute(text, found.substitutions)


@pytest.mark.parametrize(
    ("word", "text", "spoken"),
    [
        ("Qwen", "我用Qwen写。Qwens Qwen3 Qwen", "我用X写。Qwens Qwen3 X"),
        ("C++", "C++ 和C++，C+++ xC++", "X 和X，C+++ xC++"),
        ("C", "C, C++ and C#", "X, C++ and C#"),
        ("银行", "中国银行行长", "中国X行长"),
        ("東京", "東京都は", "X都は"),
        ("서울", "서울은 서서울", "X은 서서울"),
        ("Größe", "Größe Größen", "X Größen"),
        ("gif", "GIF, Gif, gif, gifs", "X, X, X, gifs"),
        ("SQL", "SQL sql", "X sql"),
        (".NET", "ASP.NET and .NET", "ASPX and X"),
        ("istanbul", "\u0130stanbul", "X"),
        ("\u00b5m", "5 \u03bcm, 5 \u00b5m", "5 X, 5 X"),
    ],
)
def test_finds_whole_words(word: str, text: str, spoken: str) -> None:
    """A boundary is where the script has one: never between Chinese characters, always between letters."""
    assert said(text, Entry(word, "X")) == spoken


def test_the_longest_word_wins() -> None:
    """Whatever the order of the entries."""
    assert said("New York City, New York", Entry("New York", "A"), Entry("New York City", "B")) == "B, A"


def test_language_and_voice_limit_an_entry() -> None:
    """The more particular entry wins; what is limited to something else does not count."""
    entries = (Entry("Euro", "a"), Entry("Euro", "b", language="de"), Entry("Euro", "c", voice="ethan"))
    assert said("Euro", *entries) == "a"
    assert said("Euro", *entries, languages=("German", "DE")) == "b"
    assert said("Euro", *entries, languages=("de",), voice="Ethan") == "c"


def test_pinyin_is_left_to_the_service() -> None:
    """A syllable with a tone for each character is how it is read, not what is sent in its place."""
    lexicon = Lexicon([Entry("重庆", "chong2 qing4"), Entry("银行", "yin2 hang2"), Entry("AB", "ab1")])
    found = lexicon.pronounce("重庆和AB")
    assert found.pinyin == {"重庆": "chong2 qing4"}
    assert [change.spoken for change in found.substitutions] == ["ab1"]
    assert [entry.word for entry in lexicon.unused] == ["银行"]


def test_reads_a_file(tmp_path: Path) -> None:
    """Words at the top count everywhere; tables limit them."""
    path = tmp_path / "words.toml"
    path.write_text('Qwen = "千问"\nvoice = "vois"\n[language.de]\nEuro = "Oiro"\n', encoding="utf-8")
    assert read_lexicon(path).entries == (
        Entry("Qwen", "千问"),
        Entry("voice", "vois"),
        Entry("Euro", "Oiro", language="de"),
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("x", "is not TOML"),
        ("Qwen = 1", "no spoken form for 'Qwen'"),
        ('"..." = "x"', "'...', which nobody can say"),
        ("[language]\nde = 'x'", "no words in language.de"),
    ],
)
def test_refuses_what_is_no_lexicon(tmp_path: Path, content: str, why: str) -> None:
    """A mistake is told with the file and the word."""
    path = tmp_path / "words.toml"
    path.write_text(content)
    with pytest.raises(UsageError, match=why):
        read_lexicon(path)
