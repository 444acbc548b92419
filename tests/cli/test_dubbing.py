"""Subtitles spoken at their times: sample-exact, mixed where they overlap, fitted where that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from qwentts_cli.audio.timing.timeline import mix
from tests.cli.test_say_documents import said
from tests.tones import read_back_pcm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

RATE = 24_000
FILM = """1
00:00:01,250 --> 00:00:03,000
One.

2
00:00:05,001 --> 00:00:05,200
Too long.

3
00:00:05,300 --> 00:00:09,000
Three.
"""


@pytest.fixture
def film(online: Qwentts) -> Qwentts:
    (online.folder / "film.srt").write_text(FILM)
    return online


def sound(run: Qwentts, name: str) -> NDArray[np.int16]:
    samples, rate = soundfile.read(run.folder / name, dtype="int16")
    assert rate == RATE
    return np.asarray(samples)


def test_each_cue_begins_at_its_time_to_the_sample(film: Qwentts) -> None:
    """Whatever came before; what overlaps is the sum of both, and what is between them is silent."""
    result = film("say", "-f", "film.srt", "-o", "film.wav")
    made = np.zeros(len(sound(film, "film.wav")), np.int16)
    for text, begin in (("One.", 30_000), ("Too long.", 120_024), ("Three.", 127_200)):
        film("say", text, "-o", "part.wav", "--force")
        part = sound(film, "part.wav")
        place = slice(begin, begin + len(part))
        made[place] = mix(made[place], part)
    assert np.array_equal(made, sound(film, "film.wav"))
    assert "the subtitle at line 6 is 0." in result.stderr
    assert result.stderr.count("too long for its time") == 1


def test_what_does_not_fit_is_in_the_document(film: Qwentts) -> None:
    """The line of the cue, and seconds; with --fit it is spoken faster, at most by 1.3."""
    lines = {}
    for name, more in (("a.wav", []), ("b.wav", ["--fit"])):
        (file,) = film("say", "-f", "film.srt", "-o", name, "--json", *more).json["files"]
        (lines[name],) = file["overruns"]
    assert (lines["a.wav"]["line"], lines["a.wav"]["speed"]) == (6, 1)
    assert (lines["b.wav"]["line"], lines["b.wav"]["speed"]) == (6, 1.3)
    room_s = 0.199
    heard_s = lines["a.wav"]["over_s"] + room_s
    assert lines["b.wav"]["over_s"] == pytest.approx(heard_s / 1.3 - room_s, abs=0.002)


def test_a_second_dub_comes_from_the_cache(film: Qwentts, sandbox: Sandbox) -> None:
    """Each cue is a request of its own, so that one that is changed is one that is made anew."""
    film("say", "-f", "film.srt", "-o", "film.flac")
    asked = len(sandbox.ledger)
    film("say", "-f", "film.srt", "-o", "film.mp3")
    assert len(sandbox.ledger) == asked
    assert (
        abs(
            soundfile.info(film.folder / "film.mp3").duration
            - soundfile.info(film.folder / "film.flac").duration
        )
        < 0.1
    )


def test_subtitles_have_the_times_of_the_sound(film: Qwentts) -> None:
    """They begin as the cues do, and overlap as the sounds do."""
    film("say", "-f", "film.srt", "-o", "film.wav", "--subtitles", "out.srt")
    begins = [line.split()[0] for line in (film.folder / "out.srt").read_text().splitlines() if "-->" in line]
    assert begins == ["00:00:01,250", "00:00:05,001", "00:00:05,300"]


def test_subtitles_are_read_on_where_that_is_wanted(film: Qwentts) -> None:
    """With --no-dub, and where nobody writes a film; `text` speaks even the numbers."""
    assert said(film, "-f", "film.srt", "--no-dub") == "One. Too long. Three."
    assert said(film, "-f", "film.srt", "--input-format", "text").startswith("1 00:00:01,250 --> ")
    assert "only subtitles can be dubbed" in film("say", "Hi.", "--fit", "-o", "x.wav", code=2).stderr
    # Also where it is played.
    assert film("say", "-f", "film.srt", "--fit", "--dry-run", "--json").json["segments"] == 3
    assert "for --no-dub" in film("say", "-f", "film.srt", "--fit", "--no-dub", code=2).stderr
    two = film("say", "-f", "film.srt", "-f", "film.srt", "-o", "x.wav", code=2)
    assert "one file of subtitles is dubbed at a time" in two.stderr


def test_a_film_from_a_pipe_and_to_a_pipe(film: Qwentts) -> None:
    """WebVTT too; its cues may stand in any order."""
    vtt = "WEBVTT\n\n00:03.000 --> 00:04.000\nLater.\n\n00:00.500 --> 00:02.000\nFirst.\n"
    made = film("say", "-", "--input-format", "vtt", "-o", "-", "--format", "pcm", stdin=vtt.encode()).stdout
    samples = np.frombuffer(made, "<i2")
    assert not samples[: RATE // 2].any()
    assert read_back_pcm(made[RATE : 3 * 2 * RATE]) == "First."
    assert read_back_pcm(made[3 * 2 * RATE :]) == "Later."


def test_a_batch_dubs_as_say_does(film: Qwentts) -> None:
    """And makes a film anew if only a time has changed."""
    film("say", "-f", "film.srt", "-o", "film.wav")
    result = film("batch", "film.srt", "-d", "out", "--json")
    assert np.array_equal(sound(film, "out/film.wav"), sound(film, "film.wav"))
    assert result.json["items"][0]["overruns"][0]["line"] == 6
    (film.folder / "film.srt").write_text(FILM.replace("05,300", "05,400"))
    assert film("batch", "film.srt", "-d", "out", "--json").json["items"][0]["status"] == "made"
    assert film("batch", "film.srt", "-d", "out", "--json").json["items"][0]["status"] == "skipped"
