"""Chapters, read back by a library that had no part in writing them."""

from __future__ import annotations

import io
from typing import Any

import mutagen
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.audio.encode import open_encoder
from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.tags import MOST_CHAPTERS, Chapter, Tags

FORMATS = [fmt for fmt in AudioFormat if fmt.has_chapters and not fmt.is_mp4]
RATE = 24_000


class Pipe(io.RawIOBase):
    """Keeps what goes through it."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += bytes(data)
        return len(data)


def encoded(fmt: AudioFormat, tags: Tags, *, seekable: bool = True, frames: int = RATE) -> bytes:
    out: Any = io.BytesIO() if seekable else Pipe()
    encoder = open_encoder(fmt, out, sample_rate=RATE, seekable=seekable, tags=tags)
    encoder.write(b"\x10\x01" * frames)
    encoder.finish()
    return bytes(out.getvalue() if seekable else out.data)


def read_chapters(data: bytes) -> list[tuple[str, int]]:
    """Titles and starts in milliseconds."""
    tags = mutagen.File(io.BytesIO(data)).tags
    if hasattr(tags, "getall"):
        contents = tags.getall("CTOC")[0].child_element_ids
        chapters = [tags[f"CHAP:{name}"] for name in contents]
        return [(chapter.sub_frames["TIT2"].text[0], chapter.start_time) for chapter in chapters]
    starts = [name for name in sorted(tags.keys()) if name.startswith("chapter") and name[7:].isdigit()]
    return [(tags[f"{name}name"][0], milliseconds(tags[name][0])) for name in starts]


def milliseconds(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


CHAPTERS = (
    Chapter("第一章 你好 🎵", 0.0, 0.25),
    Chapter("Two\nlines", 0.25, 0.5004),
    Chapter("", 0.5004, 36_001.5),
)


@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize("fmt", FORMATS)
def test_every_format_says_its_chapters_beside_its_tags(fmt: AudioFormat, *, seekable: bool) -> None:
    """Also in a pipe; line breaks become spaces, milliseconds are rounded, the sound is not touched."""
    data = encoded(fmt, Tags(title="书", artist="Cherry", chapters=CHAPTERS), seekable=seekable)
    assert read_chapters(data) == [("第一章 你好 🎵", 0), ("Two lines", 250), ("", 500)]
    assert "书" in str(mutagen.File(io.BytesIO(data)).tags)
    plain = encoded(fmt, Tags(title="书", artist="Cherry"), seekable=seekable)
    assert sound(data) == sound(plain)


def sound(data: bytes) -> bytes:
    """All but the header; of Ogg, which has checksums that cover it, the samples."""
    if data.startswith(b"ID3"):
        return data[mutagen.File(io.BytesIO(data)).tags.size :]
    if data.startswith(b"fLaC"):
        return data[data.index(b"\xff\xf8") :]
    with soundfile.SoundFile(io.BytesIO(data)) as file:
        return bytes(file.buffer_read(RATE, dtype="int16"))


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_long_book_still_fits(fmt: AudioFormat) -> None:
    """As many chapters as there may be, all with long titles of four-byte characters."""
    chapters = tuple(Chapter("🎵" * 100, number / 10, (number + 1) / 10) for number in range(MOST_CHAPTERS))
    data = encoded(fmt, Tags(title="t" * 200, chapters=chapters))
    assert read_chapters(data) == [("🎵" * 40, number * 100) for number in range(MOST_CHAPTERS)]
    assert soundfile.info(io.BytesIO(data)).frames == RATE


@given(
    fmt=st.sampled_from(FORMATS),
    titles=st.lists(st.text(st.characters(exclude_categories=()), max_size=60), min_size=1, max_size=12),
)
@settings(max_examples=40)
def test_any_title_is_kept(fmt: AudioFormat, titles: list[str]) -> None:
    chapters = tuple(Chapter(title, float(number), number + 1.0) for number, title in enumerate(titles))
    expected = [(chapter.shown_title, number * 1000) for number, chapter in enumerate(chapters)]
    data = encoded(fmt, Tags(chapters=chapters), frames=240)
    assert read_chapters(data) == expected
    assert soundfile.info(io.BytesIO(data)).frames == 240
