from __future__ import annotations

from pathlib import PurePath

import pytest

from qwentts_cli.audio.formats import AudioFormat, check_format
from qwentts_cli.errors import LocalError, UsageError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.wav", AudioFormat.WAV),
        ("a.b/第一章.FLAC", AudioFormat.FLAC),
        ("x.Mp3", AudioFormat.MP3),
        ("x.opus", AudioFormat.OPUS),
        ("x.ogg", AudioFormat.OGG),
        ("x.oga", AudioFormat.OGG),
        ("x.m4a", AudioFormat.M4A),
        ("x.M4B", AudioFormat.M4B),
        ("x.pcm", AudioFormat.PCM),
        ("x.RAW", AudioFormat.PCM),
        ("x.mp4", None),
        ("mp3", None),
        (".wav", None),
        ("x.wav.part", None),
    ],
)
def test_the_extension_tells_the_format(name: str, expected: AudioFormat | None) -> None:
    """A file's extension, in any case, is its format; anything else is no guess."""
    assert AudioFormat.from_path(PurePath(name)) is expected


@pytest.mark.parametrize("fmt", list(AudioFormat))
def test_every_extension_leads_back_to_its_format(fmt: AudioFormat) -> None:
    assert {AudioFormat.from_path(PurePath(f"x{extension}")) for extension in fmt.extensions} == {fmt}


@pytest.mark.parametrize("fmt", [AudioFormat.WAV, AudioFormat.FLAC, AudioFormat.PCM])
def test_a_lossless_format_refuses_a_bit_rate(fmt: AudioFormat) -> None:
    with pytest.raises(UsageError, match="no bit rate"):
        check_format(fmt, sample_rate=24_000, bitrate_kbps=64)


@pytest.mark.parametrize(
    ("fmt", "low", "high"),
    [
        (AudioFormat.MP3, 8, 160),
        (AudioFormat.OPUS, 6, 256),
        (AudioFormat.OGG, 24, 90),
        (AudioFormat.M4B, 16, 144),
    ],
)
def test_a_bit_rate_out_of_range_is_named_with_the_range(fmt: AudioFormat, low: int, high: int) -> None:
    """At 24 kHz, the service's rate: both ends are taken, one beyond is refused."""
    for kbps in (low, high):
        check_format(fmt, sample_rate=24_000, bitrate_kbps=kbps)
    for kbps in (low - 1, high + 1, 0, -64):
        with pytest.raises(UsageError) as caught:
            check_format(fmt, sample_rate=24_000, bitrate_kbps=kbps)
        assert caught.value.hint == f"Choose a bit rate from {low} to {high}."


@pytest.mark.parametrize("rate", [11_025, 22_050, 32_000, 44_100])
def test_opus_refuses_the_sample_rates_it_does_not_have(rate: int) -> None:
    """It says so before any sound was paid for, and names a way out."""
    with pytest.raises(LocalError, match=f"{rate} Hz") as caught:
        check_format(AudioFormat.OPUS, sample_rate=rate)
    assert "flac" in caught.value.hint


@pytest.mark.parametrize("name", ["a.m4r", "b.MP4", "c.webm", "d.txt", "e.mp3.bak"])
def test_a_name_that_claims_another_format_is_refused(name: str) -> None:
    """Nobody gets a WAV that is called MP4; what says nothing leaves it to the default."""
    with pytest.raises(UsageError, match="is not a format that can be written"):
        AudioFormat.for_path(PurePath(name), AudioFormat.WAV)
    assert AudioFormat.for_path(PurePath("chapter.1"), AudioFormat.OGG) is AudioFormat.OGG
    assert AudioFormat.for_path(PurePath("a.FLAC"), AudioFormat.OGG) is AudioFormat.FLAC
