"""Whether a sound is as long as its text: a model may stop early, fall silent, or babble on.

The seconds that a text takes are reckoned from its characters; what a voice needs of that, its pace, is
learnt from its sounds.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.text.sound_length import reckon_length

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.synthesis.synthesizer import Emit, Settle
    from qwentts_cli.synthesis.usage import Usage

    MakeAnew = Callable[[SynthesisRequest, Emit], tuple[Usage, Settle]]

# At least and at most so much of the usual pace, as long as nothing is known of a voice.
_FIRST_BOUNDS = (0.45, 2.4)
_ENOUGH = 4
_KEPT = 200
# The least that tells of a pace.
_LEAST_S = 1.5
# A voice keeps within three tenths of its own pace, or within four times what it usually deviates.
_LEAST_SPREAD, _MOST_SPREAD, _DEVIATIONS = 0.3, 0.5, 4


class Judgement(Struct, frozen=True, kw_only=True):
    expected_s: float
    is_plausible: bool


class LengthCheck:
    """Judges the sounds of one run, and learns from them; shared by all workers.

    Args:
        retakes: ask so often again for what is implausible.
        make_anew: asks again, whatever was kept of it before; what it gives is told whether to keep that.
    """

    def __init__(self, retakes: int = 0, make_anew: MakeAnew | None = None) -> None:
        self.retakes = retakes if make_anew else 0
        self.make_anew = make_anew
        self._paces: dict[Hashable, deque[float]] = {}
        self._learning = threading.Lock()

    def judge(self, request: SynthesisRequest, had_s: float) -> Judgement:
        """Tell whether `had_s` seconds that are heard can be all that was asked for."""
        length = reckon_length(request.text)
        usual_s = length.usual_s / request.speed
        voice = (request.model, request.voice, request.language, request.instructions, request.tuning)
        with self._learning:
            paces = self._paces.setdefault(voice, deque(maxlen=_KEPT))
            pace, low, high = _bounds(paces)
            fits = usual_s * low - length.slack_s <= had_s <= usual_s * high + length.slack_s
            if fits and usual_s >= _LEAST_S:
                paces.append(had_s / usual_s)
        return Judgement(expected_s=usual_s * pace, is_plausible=fits and had_s > 0)


def _bounds(paces: deque[float]) -> tuple[float, float, float]:
    """The pace of a voice, and the least and the most that it has been or may be."""
    if len(paces) < _ENOUGH:
        return 1.0, *_FIRST_BOUNDS
    from statistics import median

    pace = median(paces)
    deviation = median(abs(one - pace) for one in paces) / pace
    spread = min(max(_LEAST_SPREAD, _DEVIATIONS * deviation), _MOST_SPREAD)
    return pace, pace * (1 - spread), pace / (1 - spread)
