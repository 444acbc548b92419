"""A recording, looked into and made into what the service takes."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from qwentts_cli.audio.sample.facts import measure
from qwentts_cli.audio.sample.read_sample import read_sample
from qwentts_cli.errors import UsageError
from tests.samples import speech_like, write_sample

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_taken_goes_as_it_is(tmp_path: Path) -> None:
    """A WAV of 16 bits and an MP3, both of one channel: not a byte is changed."""
    for name, media_type in (("a.wav", "audio/wav"), ("a.mp3", "audio/mpeg")):
        path = write_sample(tmp_path / name)
        sample = read_sample(path)
        assert (sample.data, sample.media_type, sample.changes) == (path.read_bytes(), media_type, ())


@pytest.mark.parametrize(
    ("name", "channels", "subtype", "changes"),
    [
        ("a.flac", 1, None, ["made a WAV of FLAC"]),
        ("a.ogg", 2, None, ["made a WAV of OGG", "mixed 2 channels into one"]),
        ("a.mp3", 2, None, ["mixed 2 channels into one"]),
        ("a.wav", 1, "FLOAT", ["made 16 bits of 32 bit float"]),
        ("a.wav", 3, "PCM_16", ["mixed 3 channels into one"]),
    ],
)
def test_what_is_not_is_converted_and_told(
    tmp_path: Path, name: str, channels: int, subtype: str | None, changes: list[str]
) -> None:
    """It becomes a WAV of 16 bits and one channel that sounds the same and is as long."""
    samples = speech_like(3, 44_100)
    soundfile.write(tmp_path / name, np.stack([samples] * channels, axis=1), 44_100, subtype=subtype)
    sample = read_sample(tmp_path / name)
    assert list(sample.changes) == changes
    with soundfile.SoundFile(io.BytesIO(sample.data)) as sound:
        assert (sound.format, sound.subtype, sound.channels, sound.samplerate) == ("WAV", "PCM_16", 1, 44_100)
        made = sound.read(dtype="float32")
    assert abs(len(made) - len(samples)) < 2500  # a lossy codec rounds up to its blocks
    loudness = [float(np.sqrt(np.mean(part**2))) for part in (made, samples)]
    assert loudness[0] == pytest.approx(loudness[1], rel=0.05)


def test_what_is_measured() -> None:
    """Speech has loud parts and pauses; too loud a recording is clipped; a hum does not change."""
    facts = measure(speech_like(10), 24_000, container="WAV", channels=1)
    assert facts.seconds == pytest.approx(10)
    assert 5.5 < facts.speech_s < 6.5  # it is loud for six tenths of the time
    assert facts.peak_db == pytest.approx(-10.5, abs=0.1)
    assert facts.clipped == 0
    assert facts.swing_db > 20
    loud = measure(speech_like(10, gain=3), 24_000, container="WAV", channels=1)
    assert loud.clipped > 0.3
    times = np.arange(240_000) / 24_000
    tone = (np.sin(2 * np.pi * 100 * times) / 4).astype(np.float32)
    hum = measure(tone, 24_000, container="WAV", channels=1)
    assert hum.swing_db < 1
    nothing = measure(np.zeros(0, np.float32), 24_000, container="WAV", channels=1)
    assert (nothing.seconds, nothing.speech_s) == (0, 0)


def write_m4a(path: Path, channels: int) -> Path:
    av = pytest.importorskip("av")
    layout = "stereo" if channels > 1 else "mono"
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=24_000, layout=layout)
        pcm = np.repeat((speech_like(8) * 32_767).astype("<i2"), channels).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout=layout)
        frame.sample_rate = 24_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_m4a_is_looked_into_and_goes_as_it_is(tmp_path: Path) -> None:
    """Of one channel; of two it becomes a WAV."""
    path = write_m4a(tmp_path / "a.m4a", 1)
    sample = read_sample(path)
    assert (sample.data, sample.media_type) == (path.read_bytes(), "audio/mp4")
    assert sample.facts
    assert sample.facts.seconds == pytest.approx(8, abs=0.2)
    mixed = read_sample(write_m4a(tmp_path / "b.m4a", 2))
    assert (mixed.media_type, mixed.changes) == ("audio/wav", ("mixed 2 channels into one",))


def test_m4a_goes_unseen_where_nothing_can_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service takes it all the same."""
    monkeypatch.setitem(sys.modules, "av", None)
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(100))
    sample = read_sample(tmp_path / "a.m4a")
    assert (sample.facts, sample.media_type) == (None, "audio/mp4")


def test_an_m4a_that_is_damaged_is_told(tmp_path: Path) -> None:
    pytest.importorskip("av")
    (tmp_path / "a.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(100))
    with pytest.raises(UsageError, match="is no sound"):
        read_sample(tmp_path / "a.m4a")


@pytest.mark.parametrize(("content", "says"), [(b"no sound", "is no sound"), (b"", "is no sound")])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(UsageError, match=says):
        read_sample(tmp_path / "a.wav")


def test_an_hour_is_no_sample(tmp_path: Path) -> None:
    """Its length is told, and it is not decoded."""
    with soundfile.SoundFile(tmp_path / "a.flac", "w", 8000, 1) as sound:
        sound.write(np.zeros(8000 * 601, np.int16))
    with pytest.raises(UsageError, match="601 s"):
        read_sample(tmp_path / "a.flac")
