"""Covers, read back by a library that had no part in writing them."""

from __future__ import annotations

import base64
import io
from typing import Any

import mutagen
import mutagen.flac
import pytest
import soundfile

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.metadata.cover import MOST_BYTES, BadCoverError, Cover
from qwentts_cli.audio.tags import Chapter, Tags
from tests.pictures import jpeg, png
from tests.recordings import RATE, encoded, sound

CHAPTERS = (Chapter("一", 0, 0.5), Chapter("二", 0.5, 1))
TAGS = Tags(title="书", artist="Ann", album="Shelf", narrator="Cherry", language="zh-CN", chapters=CHAPTERS)


def read_cover(fmt: AudioFormat, data: bytes) -> tuple[bytes, str]:
    file: Any = mutagen.File(io.BytesIO(data))
    if fmt is AudioFormat.MP3:
        frame = file.tags["APIC:"]
        return frame.data, frame.mime
    if fmt.is_mp4:
        picture = file.tags["covr"][0]
        return bytes(picture), "image/png" if picture.imageformat == picture.FORMAT_PNG else "image/jpeg"
    if fmt is AudioFormat.FLAC:
        return file.pictures[0].data, file.pictures[0].mime
    read: Any = mutagen.flac.Picture
    found = read(base64.b64decode(file["metadata_block_picture"][0]))
    return found.data, found.mime


@pytest.mark.parametrize("fmt", [fmt for fmt in AudioFormat if fmt.has_chapters])
@pytest.mark.parametrize(
    ("picture", "kind"),
    [(png(), "image/png"), (jpeg(), "image/jpeg"), (png(padding=300_000), "image/png")],
    ids=["png", "jpeg", "large"],
)
def test_every_format_has_the_cover_and_the_same_sound(fmt: AudioFormat, picture: bytes, kind: str) -> None:
    """Also one that fills several pages of Ogg; what follows it is still there, and in order."""
    cover = Cover.of(picture)
    chunks = [sound(RATE)]
    tags = Tags(title="书", cover=cover, chapters=CHAPTERS)
    data = encoded(fmt, chunks, tags=tags)
    assert read_cover(fmt, data) == (picture, kind)
    if not fmt.is_mp4:
        plain = encoded(fmt, chunks)
        samples, _ = soundfile.read(io.BytesIO(data))
        assert (samples == soundfile.read(io.BytesIO(plain))[0]).all()


@pytest.mark.parametrize("fmt", [AudioFormat.FLAC, AudioFormat.OPUS, AudioFormat.OGG])
def test_fields_of_a_book_are_comments(fmt: AudioFormat) -> None:
    tags = mutagen.File(io.BytesIO(encoded(fmt, [sound(RATE)], tags=TAGS))).tags
    found = {name: tags[name] for name in ("title", "artist", "album", "composer", "language")}
    assert found == {
        "title": ["书"],
        "artist": ["Ann"],
        "album": ["Shelf"],
        "composer": ["Cherry"],
        "language": ["zh-CN"],
    }


def test_fields_of_a_book_are_frames_of_id3() -> None:
    tags = mutagen.File(io.BytesIO(encoded(AudioFormat.MP3, [sound(RATE)], tags=TAGS))).tags
    found = [tags[name].text[0] for name in ("TIT2", "TPE1", "TALB", "TCOM", "TLAN")]
    assert found == ["书", "Ann", "Shelf", "Cherry", "zho"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GIF89a" + bytes(40), "neither a JPEG nor a PNG"),
        (b"", "neither a JPEG nor a PNG"),
        (png()[:-20], "damaged PNG"),
        (b"\x89PNG\r\n\x1a\n", "damaged PNG"),
        (png(0, 0), "damaged PNG"),
        (jpeg()[:20], "damaged JPEG"),
        (b"\xff\xd8\xff\xd9", "damaged JPEG"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x00" * 9, "damaged JPEG"),
        (png(padding=MOST_BYTES), "larger than 10 MB"),
    ],
)
def test_what_is_no_cover_is_told(data: bytes, why: str) -> None:
    """By what it holds; a name could say anything."""
    with pytest.raises(BadCoverError, match=why):
        Cover.of(data)


def test_a_cover_knows_its_size() -> None:
    covers = [Cover.of(png(40, 60)), Cover.of(jpeg(300, 20))]
    assert [(cover.width, cover.height) for cover in covers] == [(40, 60), (300, 20)]
