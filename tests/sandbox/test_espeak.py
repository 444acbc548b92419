from __future__ import annotations

import array
import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.sandbox.voices.engine import EngineFailed, Utterance
from qwentts_cli.sandbox.voices.espeak import EspeakLibrary, EspeakVoice, find_espeak
from qwentts_cli.sandbox.voices.espeak_worker import Resampler
from tests.sandbox.raw_http import fetch, say

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def voice() -> EspeakVoice:
    """The real eSpeak NG; its wheel belongs to the development environment."""
    library = find_espeak()
    assert library is not None
    return EspeakVoice(library)


def seconds(voice: EspeakVoice, text: str, language: str = "Auto") -> float:
    return sum(map(len, voice.speak(Utterance(text, "Cherry", language=language)))) / 48_000


def test_the_same_words_sound_the_same(voice: EspeakVoice) -> None:
    """Four threads at once and one alone: the same bytes each time."""

    def sound(_: int) -> bytes:
        return b"".join(voice.speak(Utterance("Deterministic, whatever happens.", "Cherry")))

    alone = sound(0)
    assert len(alone) > 48_000
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(sound, range(4))) == {alone}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, world.", "English"),
        ("你好、世界。", "Chinese"),
        ("世界は広い", "Japanese"),
        ("안녕하세요", "Korean"),
        ("Привет, мир", "Russian"),
    ],
)
def test_auto_goes_by_the_script(voice: EspeakVoice, text: str, language: str) -> None:
    """Without a language the letters decide; the sound is that of the named language."""
    named, found = (
        b"".join(voice.speak(Utterance(text, "Kai", "male", name))) for name in (language, "Auto")
    )
    assert named == found


@pytest.mark.parametrize("language", ["German", "Italian", "Portuguese", "Spanish", "French"])
def test_every_language_speaks(voice: EspeakVoice, language: str) -> None:
    """And not as English does."""
    assert seconds(voice, "piano forte", language) != seconds(voice, "piano forte", "English")


def test_voices_differ(voice: EspeakVoice) -> None:
    """Men, women and two women are told apart."""
    people = [("Cherry", "female"), ("Serena", "female"), ("Ethan", "male")]
    sounds = {b"".join(voice.speak(Utterance("one two", name, gender))) for name, gender in people}
    assert len(sounds) == 3


@pytest.mark.parametrize("text", ["😀", "\u200b", "a\0b", "<speak>&amp;</speak>", "[[ x", "-", "x" * 600])
def test_odd_texts_are_spoken_somehow(voice: EspeakVoice, text: str) -> None:
    """Nothing that can be sent ends without samples."""
    assert seconds(voice, text) > 0


def test_a_nul_ends_nothing(voice: EspeakVoice) -> None:
    """The library's strings end at a NUL; a text does not."""
    assert seconds(voice, "one\0two") == seconds(voice, "one two")


def test_the_first_sound_comes_early(voice: EspeakVoice) -> None:
    """A long text is heard before it is made: pieces of 150 ms, and leaving early ends the process."""
    speech = voice.speak(Utterance("A rather long sentence. " * 20, "Cherry"))
    assert len(next(speech)) == 7_200
    speech.close()  # type: ignore[attr-defined]  # a generator, promised as an iterator only


def test_a_crash_is_an_error_and_not_the_end(tmp_path: Path) -> None:
    """A library that cannot be loaded ends its own process; the sandbox answers 500 and goes on."""
    broken = tmp_path / "libespeak-ng.so"
    broken.write_bytes(b"\x7fELF no library")
    engine = EspeakVoice(EspeakLibrary(broken, tmp_path))
    with pytest.raises(EngineFailed):
        list(engine.speak(Utterance("hi", "Cherry")))
    with Sandbox(voice_engine=engine) as sandbox:
        assert [say(sandbox).status, say(sandbox).status] == [500, 500]


def test_the_sandbox_speaks() -> None:
    """Over HTTP, as `auto` where the wheel is installed."""
    with Sandbox() as sandbox:
        assert sandbox.voice_engine == "espeak"
        body = fetch(sandbox, say(sandbox, "Hello, world.")).body
        streamed = say(sandbox, "Hello, world.", stream=True).sound
    assert body[44:] == streamed
    assert np.abs(np.frombuffer(streamed, "<i2")).max() > 3_000


def test_resampling_keeps_pitch_and_length() -> None:
    """A second at 22,050 Hz is a second at 24,000 Hz with the same tone, in pieces as in one."""
    tone = array.array("h", (round(9_000 * math.sin(math.tau * 441 * n / 22_050)) for n in range(22_050)))
    whole = Resampler()
    once = whole.push(tone) + whole.flush()
    pieces = Resampler()
    parts = array.array("h")
    for start in range(0, len(tone), 999):
        parts += pieces.push(tone[start : start + 999])
    parts += pieces.flush()
    assert once == parts
    assert abs(len(once) - 24_000) <= 1
    assert int(np.argmax(np.abs(np.fft.rfft(once[:24_000], 24_000)))) == 441
