"""When each place of a text is spoken, told from the words that the service heard itself say.

Its words need not be the author's: a lexicon has replaced some, and figures may be read out. What both have
is matched, and what stands between two matches on one side is taken to be what stands there on the other.
"""

from __future__ import annotations

import unicodedata
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from qwentts_cli.audio.wav import Word
from qwentts_cli.text.graphemes import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

# A subtitle should be there just before its first word.
_LEAD_MS: Final = 80


class PlacedWord(NamedTuple):
    """A part of a text, by its indices, and when it is said."""

    start: int
    end: int
    start_ms: int
    end_ms: int


def align_words(text: str, words: Sequence[Word]) -> list[PlacedWord]:
    """Find `words` in the text, in order; what is in only one of the two is left out."""
    letters = [(index, letter) for index, char in enumerate(text) for letter in _letters(char)]
    spoken = [(number, letter) for number, word in enumerate(words) for letter in _letters(word.text)]
    indices: dict[int, list[int]] = {}
    for at, other in _matches([letter for _, letter in letters], [letter for _, letter in spoken]):
        indices.setdefault(spoken[other][0], []).append(letters[at][0])
    return list(_with_gaps(text, words, indices))


def end_captions(
    starts: Sequence[int],
    placed: Sequence[PlacedWord],
    *,
    text_end: int,
    sound_ms: int,
    weigh: Callable[[int, int], int],
) -> list[int]:
    """When each caption gives way to the next: just before the first word of that, the last with the sound.

    Args:
        starts: where the captions begin in the text.
        placed: the words of the text, at least one.
        text_end: the length of the text.
        sound_ms: the length of its sound.
        weigh: how long it takes to say what is between two indices, by any measure.
    """
    ends, last_ms = [], 0
    for number, start in enumerate(starts[1:], start=1):
        limit = starts[number + 1] if number + 1 < len(starts) else text_end
        before = next((word for word in reversed(placed) if word.start < start), PlacedWord(0, 0, 0, 0))
        after = next((word for word in placed if word.start >= start), None)
        if after and after.start < limit:
            at_ms = after.start_ms - min(_LEAD_MS, max(0, after.start_ms - before.end_ms) // 2)
        else:
            behind = after or PlacedWord(text_end, text_end, sound_ms, sound_ms)
            done, all_of_it = weigh(before.end, start), weigh(before.end, behind.start)
            at_ms = before.end_ms + (behind.start_ms - before.end_ms) * done // max(1, all_of_it)
        last_ms = min(max(last_ms, at_ms), sound_ms)
        ends.append(last_ms)
    return [*ends, sound_ms]


def _letters(text: str) -> str:
    """What is compared: without capitals, accents, and the width of characters."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def _matches(text: list[str], spoken: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs of indices: what both begin with, what is alike in between, and what both end with."""
    start = _common(zip(text, spoken, strict=False))
    rest = min(len(text), len(spoken)) - start
    end = min(rest, _common(zip(reversed(text), reversed(spoken), strict=False)))
    yield from ((index, index) for index in range(start))
    text_end, spoken_end = len(text) - end, len(spoken) - end
    if start < min(text_end, spoken_end):
        from difflib import SequenceMatcher

        matcher = SequenceMatcher(None, text[start:text_end], spoken[start:spoken_end], autojunk=False)
        for block in matcher.get_matching_blocks():
            for index in range(start, start + block.size):
                yield block.a + index, block.b + index
    yield from ((text_end + index, spoken_end + index) for index in range(end))


def _common(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs are alike until the first that is not."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _with_gaps(text: str, words: Sequence[Word], indices: dict[int, list[int]]) -> Iterator[PlacedWord]:
    """Yield the words that were found, and between them what is said otherwise than it is written."""
    done, unfound = 0, list[Word]()
    for number, word in enumerate(words):
        if number not in indices:
            unfound.append(word)
            continue
        start, end = min(indices[number]), _cluster_end(text, max(indices[number]) + 1)
        yield from _gap(text, done, start, unfound)
        yield PlacedWord(start, end, word.start_ms, word.end_ms)
        done, unfound = end, []
    yield from _gap(text, done, len(text), unfound)


def _gap(text: str, start: int, end: int, words: Sequence[Word]) -> Iterator[PlacedWord]:
    inside = [index for index in range(start, end) if text[index].isalnum()]
    if inside and words:
        last = _cluster_end(text, inside[-1] + 1)
        yield PlacedWord(inside[0], last, words[0].start_ms, words[-1].end_ms)


def _cluster_end(text: str, end: int) -> int:
    while end < len(text) and joined(text, end):
        end += 1
    return end
