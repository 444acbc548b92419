"""`--loudness`: a file, or the book of `--join`, as loud as was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from tests.ebur128 import measure
from tests.tones import read_back, without_space

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

TEXT = "A text that is long enough to be measured."


@pytest.mark.parametrize("ending", ["wav", "mp3", "m4b", "opus"])
def test_a_file_is_as_loud_as_asked(online: Qwentts, ending: str) -> None:
    """By ffmpeg's measure, but for what a lossy codec leaves out; the peaks are under -1 dB."""
    path = online.folder / f"a.{ending}"
    online("say", TEXT, "-o", path, "--loudness", "-23.5")
    lufs, peak = measure(path)
    assert lufs == pytest.approx(-23.5, abs=0.1 if ending == "wav" else 0.5)
    assert peak < -1
    assert read_back(path) == TEXT


def test_a_book_has_one_gain(online: Qwentts) -> None:
    """A quiet chapter stays as much quieter as it was, and the items are left as they are."""
    for number in (1, 2):
        (online.folder / f"{number}.txt").write_text(f"{TEXT} {number}.")
    args = ("batch", "1.txt", "2.txt", "-d", "out", "--join", "book.wav")
    online(*args)
    before = [(online.folder / f"out/{number}.wav").read_bytes() for number in (1, 2)]
    plain = soundfile.read(online.folder / "book.wav")[0]
    assert online(*args, "--loudness", "-20", "--check", code=8)
    assert online(*args, "--loudness", "-20").text.split() == ["book.wav"]
    assert measure(online.folder / "book.wav")[0] == pytest.approx(-20, abs=0.1)
    assert [(online.folder / f"out/{number}.wav").read_bytes() for number in (1, 2)] == before
    book = soundfile.read(online.folder / "book.wav")[0]
    heard = np.abs(plain) > 0.05
    ratio = book[heard] / plain[heard]
    assert ratio.max() - ratio.min() < 0.01
    online(*args, "--loudness", "-20", "--check")


def test_items_are_each_as_loud_as_asked(online: Qwentts) -> None:
    """Another loudness makes them anew, out of the cache."""
    (online.folder / "1.txt").write_text(TEXT)
    args = ("batch", "1.txt", "-d", "out", "--loudness")
    path: Path = online.folder / "out/1.wav"
    for target in ("-20", "-25"):
        online(*args, target)
        assert measure(path)[0] == pytest.approx(float(target), abs=0.1)
        online(*args, target, "--check")
    assert without_space(read_back(path)) == without_space(TEXT)


def test_it_is_for_files(online: Qwentts, sandbox: Sandbox) -> None:
    """What is played or piped would be out before anybody knows how loud it is."""
    for args in (("--play",), ("-o", "a.wav", "--play"), ("-o", "-")):
        stderr = online("say", TEXT, "--loudness", "-18", *args, code=2).stderr
        assert "--loudness is for files: how loud a sound is, is known when all of it is there" in stderr
    assert online("say", TEXT, "-o", "a.wav", "--loudness", "3", code=2)
    assert not sandbox.ledger


def test_no_room_is_told(online: Qwentts) -> None:
    stderr = online("say", TEXT, "-o", "a.wav", "--loudness", "-8").stderr
    lufs, peak = measure(online.folder / "a.wav")
    assert peak <= -1 + 0.05
    if lufs < -8.1:
        assert "any louder, its peaks would pass -1 dB" in stderr
