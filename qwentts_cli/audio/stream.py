"""Samples out of a stream of chunks: raw ones, a WAV, or another container, heard at its end."""

from __future__ import annotations

from qwentts_cli.audio.served import COMPRESSED, read_served_audio
from qwentts_cli.audio.wav import SAMPLE_BYTES, Pcm, not_wav, read_layout
from qwentts_cli.errors import BadAudioError

# The service documents raw samples of this rate; a header, where there is one, says it itself.
RAW_SAMPLE_RATE = 24_000
_RIFF = b"RIFF"
_MAX_HEADER_BYTES = 1 << 16


class StreamDecoder:
    """Fed with the decoded chunks of one stream, in order; gives whole frames as soon as they are there."""

    def __init__(self) -> None:
        self._held = b""
        self._rate, self._channels = RAW_SAMPLE_RATE, 1
        self._is_started = self._is_compressed = False

    def feed(self, chunk: bytes) -> Pcm | None:
        """Take a chunk; `None` while not one frame is complete.

        Raises:
            BadAudioError: what looks like a WAV is none.
        """
        self._held += chunk
        if not self._is_started and not self._start():
            return None
        frame = SAMPLE_BYTES * self._channels
        whole = len(self._held) - len(self._held) % frame
        data, self._held = self._held[:whole], self._held[whole:]
        return Pcm(data, self._rate, self._channels) if data else None

    def finish(self) -> Pcm | None:
        """The stream is over; gives what could not be given out before its end.

        Raises:
            BadAudioError: it ended inside a header or a sample, or cannot be decoded.
        """
        if self._is_compressed:
            return read_served_audio(self._held, is_whole=True)
        if self._held:
            raise BadAudioError("the audio of the stream is damaged: it ends inside a sample or a header")
        return None

    def _start(self) -> bool:
        if len(self._held) < len(_RIFF):
            return False
        if self._is_compressed or self._held.startswith(COMPRESSED):
            self._is_compressed = True
            return False
        if self._held.startswith(_RIFF):
            layout = read_layout(self._held)
            if layout is None:
                if len(self._held) > _MAX_HEADER_BYTES:
                    raise not_wav(self._held)
                return False
            self._rate, self._channels = layout.sample_rate, layout.channels
            self._held = self._held[layout.data_start :]
        self._is_started = True
        return True
