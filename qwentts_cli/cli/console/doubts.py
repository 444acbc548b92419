"""What looks wrong with a sound, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qwentts_cli.speech.laying.layout import Overrun
    from qwentts_cli.synthesis.usage import Doubt

_MOST_OVERRUNS: Final = 10


def tell_doubt(doubt: Doubt) -> str:
    """What looks wrong with a sound, and where its text is."""
    return (
        f"text at line {doubt.line}, column {doubt.column}: {doubt.had_s:.1f} s of sound where about "
        f"{doubt.expected_s:.1f} s were expected; listen to it, or ask for it again with --retake"
    )


def tell_overruns(overruns: Sequence[Overrun]) -> Iterator[str]:
    """Which cues are longer than their time, and what helps; of many only the first."""
    for overrun in overruns[:_MOST_OVERRUNS]:
        speed = f" at {overrun.speed:.1f} times the speed" if overrun.speed > 1 else ""
        yield f"the subtitle at line {overrun.line} is {overrun.over_s:.1f} s too long for its time{speed}"
    more = len(overruns) - _MOST_OVERRUNS
    if more > 0:
        yield f"too long for their times: {plural(more, 'more subtitle')}; --json lists all"
