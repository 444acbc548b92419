"""How loud a sound is, by ITU-R BS.1770-4, measured while it passes by."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qwentts_cli.audio.wav import Pcm

    Samples = NDArray[np.float64]

# Annex 1: a block is 400 ms, and they overlap by three quarters.
_HOPS_A_SECOND: Final = 10
_HOPS_A_BLOCK: Final = 4
_OFFSET_LU: Final = -0.691
_SILENCE_LUFS: Final = -70.0
_GATE_LU: Final = -10.0
_FULL_SCALE: Final = 32_768.0
_FFT: Final = 1 << 16
# Annex 2 asks for at least four times as many samples.
_OVERSAMPLING: Final = 4
_TAPS: Final = 24
_PART: Final = 2048
_KAISER: Final = 7.0


class LoudnessMeter:
    """Fed with a whole recording, piece by piece; keeps 8 bytes of it for each tenth of a second."""

    def __init__(self) -> None:
        self._channels: list[_Channel] = []

    def feed(self, pcm: Pcm) -> None:
        """Take the next piece: whole frames, in the format of the first."""
        if not self._channels:
            response = _k_weighting(pcm.sample_rate)
            self._channels = [_Channel(pcm.sample_rate, response) for _ in range(pcm.channels)]
        frames = np.frombuffer(pcm.data, "<i2").reshape(-1, pcm.channels) / _FULL_SCALE
        for number, channel in enumerate(self._channels):
            channel.feed(frames[:, number])

    def finish(self) -> None:
        """Take in what was held back; to be called once, at the end."""
        for channel in self._channels:
            channel.finish()

    @property
    def lufs(self) -> float | None:
        """The integrated loudness; `None` where nothing is loud enough to be measured.

        A sound shorter than a block is one.
        """
        if not self._channels:
            return None
        hops = np.sum([channel.powers() for channel in self._channels], axis=0)
        if len(hops) < _HOPS_A_BLOCK:
            blocks = np.array([hops.mean()]) if len(hops) else hops
        else:
            blocks = np.convolve(hops, np.full(_HOPS_A_BLOCK, 1 / _HOPS_A_BLOCK), "valid")
        loud = blocks[blocks > _power(_SILENCE_LUFS)]
        if not len(loud):
            return None
        gate = _power(_lufs(float(loud.mean())) + _GATE_LU)
        return _lufs(float(loud[loud > gate].mean()))

    @property
    def peak_db(self) -> float:
        """The true peak, in decibels below full scale; minus infinity of silence."""
        peak = max((channel.peak for channel in self._channels), default=0.0)
        return 20 * math.log10(peak) if peak else -math.inf


class _Channel:
    """The weighted powers and the true peak of one channel."""

    def __init__(self, sample_rate: int, response: Samples) -> None:
        self.peak = 0.0
        self._response_fft = np.fft.rfft(response, _FFT)
        self._overlap = len(response) - 1
        self._step = _FFT - self._overlap
        self._hop = round(sample_rate / _HOPS_A_SECOND)
        self._held = np.zeros(self._overlap)
        self._weighted = np.zeros(0)
        self._powers = array("d")
        self._phases = _phases()
        self._bound = float(np.abs(self._phases).sum(axis=1).max())

    def feed(self, samples: Samples) -> None:
        self._held = np.concatenate([self._held, samples])
        while len(self._held) >= _FFT:
            self._take(self._step)

    def finish(self) -> None:
        count = len(self._held) - self._overlap
        self._held = np.concatenate([self._held, np.zeros(_FFT - len(self._held))])
        self._take(count)
        if len(self._weighted) and not self._powers:
            self._powers.append(float(np.mean(self._weighted**2)))

    def powers(self) -> Samples:
        """The mean square of each tenth of a second."""
        return np.frombuffer(self._powers, np.float64)

    def _take(self, count: int) -> None:
        """Weigh the next `count` samples, and look for peaks among them."""
        block = self._held[:_FFT]
        weighted = np.fft.irfft(np.fft.rfft(block) * self._response_fft)[self._overlap :][:count]
        self._seek_peak(block)
        self._held = self._held[count:]
        sound = np.concatenate([self._weighted, weighted])
        whole = len(sound) // self._hop * self._hop
        self._powers.extend((sound[:whole].reshape(-1, self._hop) ** 2).mean(axis=1))
        self._weighted = sound[whole:]

    def _seek_peak(self, block: Samples) -> None:
        self.peak = max(self.peak, float(np.abs(block).max()))
        for start in range(0, len(block), _PART):
            part = block[max(0, start - _TAPS) : start + _PART + _TAPS]
            # Between samples it can be louder than at them, but not by more than this.
            if float(np.abs(part).max()) * self._bound > self.peak:
                between = (np.convolve(part, phase, "valid") for phase in self._phases)
                self.peak = max(self.peak, *(float(np.abs(found).max()) for found in between))


def _k_weighting(sample_rate: int) -> Samples:
    """The impulse response of the two filters of Annex 1, which give their coefficients for 48 kHz alone."""
    length = sample_rate // 4  # it has died away to less than a sample's last bit by then
    impulse = [1.0] + [0.0] * (length - 1)
    return np.array(_biquad(_biquad(impulse, *_shelf(sample_rate)), *_high_pass(sample_rate)))


def _shelf(sample_rate: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The head: more of what is above 1.7 kHz; the constants give the published coefficients."""
    gain = 10 ** (3.999843853973347 / 20)
    middle = gain**0.4996667741545416
    k, k_q = _warped(1681.974450955533, 0.7071752369554196, sample_rate)
    scale = 1 + k_q + k * k
    zeros = (gain + middle * k_q + k * k, 2 * (k * k - gain), gain - middle * k_q + k * k)
    return tuple(zero / scale for zero in zeros), (2 * (k * k - 1) / scale, (1 - k_q + k * k) / scale)


def _high_pass(sample_rate: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The ear: less of what is below 38 Hz."""
    k, k_q = _warped(38.13547087602444, 0.5003270373238773, sample_rate)
    scale = 1 + k_q + k * k
    return (1.0, -2.0, 1.0), (2 * (k * k - 1) / scale, (1 - k_q + k * k) / scale)


def _warped(frequency: float, quality: float, sample_rate: int) -> tuple[float, float]:
    k = math.tan(math.pi * frequency / sample_rate)
    return k, k / quality


def _biquad(samples: list[float], zeros: tuple[float, ...], poles: tuple[float, ...]) -> list[float]:
    out: list[float] = []
    state_1 = state_2 = 0.0
    for sample in samples:
        value = zeros[0] * sample + state_1
        state_1 = zeros[1] * sample - poles[0] * value + state_2
        state_2 = zeros[2] * sample - poles[1] * value
        out.append(value)
    return out


def _phases() -> Samples:
    """The filters that give the samples between two samples, one filter for each."""
    places = np.arange(_TAPS * _OVERSAMPLING) / _OVERSAMPLING - _TAPS / 2
    low_pass = np.sinc(places) * np.kaiser(len(places) + 1, _KAISER)[:-1]
    phases = low_pass.reshape(_TAPS, _OVERSAMPLING).T
    # The first one gives the samples themselves.
    return np.array([phase / phase.sum() for phase in phases[1:]])


def _lufs(power: float) -> float:
    return _OFFSET_LU + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LU) / 10))
