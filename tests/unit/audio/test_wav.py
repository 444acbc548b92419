"""WAV: nothing is believed that nothing else confirms."""

from __future__ import annotations

import io
import struct
import wave
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.audio.stream import StreamDecoder
from qwentts_cli.audio.wav import Pcm, parse_wav, wav_header
from qwentts_cli.errors import BadAudioError, NetworkError, QwenTTSError, RejectedError

SAMPLES = bytes(range(200))


def riff(*chunks: bytes, size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def chunk(name: bytes, data: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(data) if size is None else size) + data + b"\0" * (len(data) % 2)


def fmt(rate: int = 24000, channels: int = 1, bits: int = 16, kind: int = 1) -> bytes:
    return chunk(
        b"fmt ", struct.pack("<HHIIHH", kind, channels, rate, rate * 2 * channels, 2 * channels, bits)
    )


def test_the_canonical_header_is_what_readers_expect() -> None:
    """The standard library reads our header back, and the sizes are those of the file."""
    data = wav_header(len(SAMPLES), 24000) + SAMPLES
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    with wave.open(io.BytesIO(data)) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getnframes()) == (24000, 1, 100)
        assert reader.readframes(100) == SAMPLES


@given(st.binary(min_size=2).map(lambda data: data[: len(data) // 2 * 2]), st.sampled_from([8000, 24000]))
def test_what_was_written_is_read(data: bytes, rate: int) -> None:
    """A whole WAV of ours is its own proof."""
    assert parse_wav(wav_header(len(data), rate) + data, is_whole=False) == Pcm(data, rate)


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0x7FFFFFFF - 36, 0xFFFFFFFF, 0xFFFFFFFF - 44])
def test_a_placeholder_is_replaced_by_the_real_length_if_the_transfer_was_whole(size: int) -> None:
    """Servers that stream write a length they do not know; the transfer's own proof decides."""
    body = riff(fmt(), chunk(b"data", SAMPLES, size), size=0xFFFFFFFF)
    assert parse_wav(body, is_whole=True).data == SAMPLES
    with pytest.raises(RejectedError, match="complete"):
        parse_wav(body, is_whole=False)


def test_chunks_around_the_samples_are_no_sound() -> None:
    """LIST before and after, also of odd length, is skipped."""
    extra = chunk(b"LIST", b"INFOabc")
    body = riff(extra, fmt(), extra, chunk(b"data", SAMPLES), extra)
    assert parse_wav(body, is_whole=False).data == SAMPLES


def test_the_extensible_format_is_16_bit_pcm_too() -> None:
    """Some writers use the longer form of the same format."""
    long = chunk(
        b"fmt ", struct.pack("<HHIIHHHHI16s", 0xFFFE, 1, 24000, 48000, 2, 16, 22, 16, 4, b"\1\0" + b"\0" * 14)
    )
    assert parse_wav(riff(long, chunk(b"data", SAMPLES)), is_whole=True).data == SAMPLES


@pytest.mark.parametrize("lost", [1, 2, 100, 199])
def test_a_cut_file_is_a_network_error(lost: int) -> None:
    """Fewer samples than the header says were lost on the way, and may come at the next try."""
    with pytest.raises(NetworkError, match="cut short"):
        parse_wav((wav_header(len(SAMPLES), 24000) + SAMPLES)[:-lost], is_whole=True)


REJECTED = {
    "nothing": b"",
    "HTML": b"<html>Sorry</html>",
    "XML": b"<?xml version='1.0'?><Error/>",
    "JSON": b'{"code":"x"}',
    "MP3": b"ID3\x04" + b"\0" * 100,
    "gzip": b"\x1f\x8b" + b"\0" * 100,
    "a header without samples": wav_header(0, 24000),
    "no data chunk": riff(fmt()),
    "no fmt chunk": riff(chunk(b"data", SAMPLES)),
    "8 bits": riff(fmt(bits=8), chunk(b"data", SAMPLES)),
    "float": riff(fmt(kind=3, bits=32), chunk(b"data", SAMPLES)),
    "rate 0": riff(fmt(rate=0), chunk(b"data", SAMPLES)),
    "no channel": riff(fmt(channels=0), chunk(b"data", SAMPLES)),
    "an odd byte": riff(fmt(), chunk(b"data", SAMPLES + b"x")),
    "more than it says": riff(fmt(), chunk(b"data", SAMPLES, 100)),
}


@pytest.mark.parametrize("case", REJECTED)
def test_what_is_not_audio_is_rejected(case: str) -> None:
    """Silence and error pages never pass for speech."""
    with pytest.raises(RejectedError):
        parse_wav(REJECTED[case], is_whole=True)


@given(st.binary(max_size=300), st.integers(0, 60), st.booleans())
def test_no_header_breaks_the_parser(noise: bytes, place: int, is_whole: bool) -> None:  # noqa: FBT001 - drawn
    """Any bytes are audio or one of our errors."""
    body = wav_header(len(SAMPLES), 24000) + SAMPLES
    for mutated in (noise, body[:place] + noise + body[place + len(noise) :], body[:place] + noise):
        with suppress(QwenTTSError):
            assert parse_wav(mutated, is_whole=is_whole).frames > 0


@given(st.lists(st.integers(1, 60), min_size=1), st.sampled_from(["raw", "riff", "riff-list", "lying"]))
def test_a_stream_is_the_same_however_it_is_cut(cuts: list[int], form: str) -> None:
    """With a header or without, also split inside it or inside a sample, the samples are the same."""
    header = {
        "raw": b"",
        "riff": wav_header(len(SAMPLES), 16000),
        "riff-list": riff(fmt(rate=16000), chunk(b"LIST", b"abc"), chunk(b"data", b"", 200)),
        "lying": wav_header(None, 16000),
    }[form]
    rest, chunks = header + SAMPLES, []
    for cut in cuts * 300:
        chunks.append(rest[:cut])
        rest = rest[cut:]
    decoder = StreamDecoder()
    found = [pcm for piece in chunks if (pcm := decoder.feed(piece))]
    decoder.finish()
    assert b"".join(pcm.data for pcm in found) == SAMPLES
    assert {pcm.sample_rate for pcm in found} == {24000 if form == "raw" else 16000}


@pytest.mark.parametrize("chunks", [[b"abc"], [b"RIFF"], [wav_header(4, 24000)[:30]]])
def test_a_stream_that_ends_inside_a_sample_is_damaged(chunks: list[bytes]) -> None:
    """An odd byte or half a header at the end is an error, not an ending."""
    decoder = StreamDecoder()
    for piece in chunks:
        decoder.feed(piece)
    with pytest.raises(RejectedError, match="damaged"):
        decoder.finish()


def test_a_stream_of_mp3_that_cannot_be_decoded_is_told_apart() -> None:
    """Samples begin with anything but the mark of another format."""
    decoder = StreamDecoder()
    assert decoder.feed(b"ID3\x04" + b"\0" * 20) is None
    with pytest.raises(RejectedError, match="MP3"):
        decoder.finish()


@pytest.mark.parametrize("place", ["before the samples", "after them"])
def test_a_wav_of_millions_of_parts_is_refused_at_once(place: str) -> None:
    """Each is eight bytes long, so that a download within its limit could keep a core busy for minutes."""
    parts = b"junk\0\0\0\0" * 1_000_000
    whole = wav_header(4, 24_000) + b"\1\0\2\0"
    body = whole[:12] + parts + whole[12:] if place == "before the samples" else whole + parts
    with pytest.raises(BadAudioError, match="parts"):
        parse_wav(body, is_whole=True)


def test_a_header_without_an_end_is_refused_early() -> None:
    """Nobody holds megabytes of a stream that will not become sound."""
    decoder = StreamDecoder()
    assert decoder.feed(riff(chunk(b"junk", bytes(1 << 15)))) is None
    with pytest.raises(BadAudioError):
        decoder.feed(chunk(b"junk", bytes(1 << 16)))
