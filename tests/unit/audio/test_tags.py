from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.audio.tags import Tags, id3_block


def read_id3(block: bytes) -> dict[str, str]:
    """An independent reader of ID3v2.3 text frames, by the published layout."""
    assert block[:6] == b"ID3\x03\x00\x00"
    assert all(byte < 0x80 for byte in block[6:10])
    size = sum(byte << 7 * place for place, byte in enumerate(reversed(block[6:10])))
    assert size == len(block) - 10
    frames, rest = {}, block[10:]
    while rest:
        length = int.from_bytes(rest[4:8], "big")
        body = rest[10 : 10 + length]
        assert body[0] == 1
        if rest[:4] == b"COMM":
            assert body[1:8] == b"und\xff\xfe\0\0"
            body = b"\x01" + body[8:]
        frames[rest[:4].decode()] = body[1:].decode("utf-16")
        rest = rest[10 + length :]
    return frames


def test_an_id3_block_says_every_tag_in_any_script() -> None:
    """Chinese and characters beyond 16 bits arrive as they are."""
    tags = Tags(title="第一章 你好 🎵", artist="芊悦 Cherry", comment="made by 机器", software="qwentts 1.0")
    assert read_id3(id3_block(tags)) == {
        "TIT2": "第一章 你好 🎵",
        "TPE1": "芊悦 Cherry",
        "COMM": "made by 机器",
        "TSSE": "qwentts 1.0",
    }


def test_empty_tags_take_no_space() -> None:
    assert id3_block(Tags()) == b""
    assert id3_block(Tags(title=" \n\0")) == b""


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_text_becomes_one_line_that_can_be_written(text: str) -> None:
    """Also with lone surrogates, NULs and line breaks: nothing printable is lost, nothing else is left."""
    tags = Tags(title=text)
    shown = dict(tags.items()).get("title", "")
    assert shown.isprintable()
    printable = [char for char in text if char.isprintable() and char != " "]
    assert [char for char in shown if char != " "] == printable
    if shown:
        assert read_id3(id3_block(tags)) == {"TIT2": shown}


def test_a_long_title_is_kept_whole() -> None:
    title = "长" * 100_000
    assert read_id3(id3_block(Tags(title=title))) == {"TIT2": title}
