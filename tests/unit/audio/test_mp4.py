"""M4A and M4B, read back by libraries that had no part in writing them."""

from __future__ import annotations

import io
import json
import subprocess
from typing import TYPE_CHECKING, Any

import mutagen
import numpy as np
import pytest

from qwentts_cli.audio.decode import decode
from qwentts_cli.audio.formats import AudioFormat, check_format
from qwentts_cli.audio.metadata.languages import three_letters
from qwentts_cli.audio.tags import MOST_CHAPTERS, Chapter, Tags
from qwentts_cli.errors import LocalError, UsageError
from tests.recordings import RATE, encode, encoded, sound

if TYPE_CHECKING:
    from pathlib import Path

CHAPTERS = (
    Chapter("第一章 你好 🎵", 0.0, 0.25),
    Chapter("Two\nlines", 0.25, 0.5004),
    Chapter("", 0.5004, 1.0),
)
TAGS = Tags(title="书", artist="Ann", album="Shelf", narrator="Cherry", language="de-AT", chapters=CHAPTERS)


def probe(path: Path) -> Any:
    command = [
        "ffprobe",
        "-v",
        "error",
        "-show_chapters",
        "-show_streams",
        "-show_format",
        "-of",
        "json",
        str(path),
    ]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def test_a_book_says_what_it_is(tmp_path: Path) -> None:
    """Title, author, album, narrator, language and chapters, and that it belongs among the books."""
    path = tmp_path / "a.m4b"
    path.write_bytes(encoded(AudioFormat.M4B, [sound(RATE)], tags=TAGS))
    tags = mutagen.File(path).tags
    names = ("\xa9nam", "\xa9ART", "\xa9alb", "\xa9wrt", "stik")
    assert [tags[name][0] for name in names] == ["书", "Ann", "Shelf", "Cherry", 2]
    seen = probe(path)
    assert (seen["streams"][0]["codec_name"], seen["streams"][0]["tags"]["language"]) == ("aac", "deu")
    assert seen["format"]["tags"]["major_brand"] == "M4B "
    chapters = [(c["tags"].get("title", ""), float(c["start_time"])) for c in seen["chapters"]]
    assert chapters == [("第一章 你好 🎵", 0.0), ("Two lines", 0.25), ("", 0.5)]
    assert [(c.title, c.start) for c in mutagen.File(path).chapters] == chapters


def test_music_is_not_a_book(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(encoded(AudioFormat.M4A, [sound(100)], tags=Tags(title="t")))
    assert "stik" not in mutagen.File(path).tags
    assert probe(path)["format"]["tags"]["major_brand"] == "M4A "


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("frames", [1, 1023, 1025, 72_037])
def test_it_is_as_long_as_what_went_in(tmp_path: Path, frames: int, channels: int) -> None:
    """To the sample, in step with it, and from where the file stands."""
    path = tmp_path / "a.m4b"
    samples = sound(frames, channels)
    with path.open("w+b") as out:
        encode(AudioFormat.M4B, [samples[:4000], samples[4000:]], out, channels=channels)
    back = b"".join(pcm.data for pcm in decode(path, AudioFormat.M4B))
    assert len(back) == len(samples)
    if frames > RATE:
        before, after = (np.frombuffer(data, "<i2").astype(float) for data in (samples, back))
        assert np.corrcoef(before, after)[0, 1] > 0.98


def test_a_bit_rate_is_kept() -> None:
    sizes = [len(encoded(AudioFormat.M4B, [sound(10 * RATE)], bitrate_kbps=kbps)) for kbps in (24, 48, 96)]
    assert sizes == sorted(sizes)
    assert sizes[2] > 2 * sizes[0]


def test_many_chapters_have_their_places(tmp_path: Path) -> None:
    path = tmp_path / "a.m4b"
    chapters = tuple(Chapter("🎵" * 100, number / 10, (number + 1) / 10) for number in range(MOST_CHAPTERS))
    path.write_bytes(encoded(AudioFormat.M4B, [sound(26 * RATE)], tags=Tags(chapters=chapters)))
    seen = probe(path)["chapters"]
    assert [(c["tags"]["title"], round(float(c["start_time"]), 3)) for c in seen] == [
        ("🎵" * 40, number / 10) for number in range(MOST_CHAPTERS)
    ]


def test_a_pipe_cannot_have_it() -> None:
    with pytest.raises(LocalError, match="m4b cannot be written to a pipe"):
        encode(AudioFormat.M4B, [], io.BytesIO(), seekable=False)


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.m4b"
    path.write_bytes(b"no sound at all")
    with pytest.raises(LocalError, match=r"cannot read .*a\.m4b"):
        list(decode(path, AudioFormat.M4B))


def test_without_the_library_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(UsageError, match="m4b needs the extra m4b") as caught:
        check_format(AudioFormat.M4B, sample_rate=RATE)
    assert caught.value.hint == "Install it with: pip install 'qwentts[m4b]'."


def test_languages_have_three_letters() -> None:
    tags = ["en", "zh-Hans-CN", "pt_BR", "DEU", "xx", "", "klingon"]
    assert [three_letters(tag) for tag in tags] == ["eng", "zho", "por", "deu", "und", "und", "und"]
