"""When each word of a stream is said, in the time of its whole sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwentts_cli.audio.wav import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwentts_cli.dashscope.wire import Answer

# So much may words overlap, or be off the end of the sound.
_SLACK_MS = 100

# Where a word is in a text, as two indices, and when it is said, as two times in milliseconds.
Place = tuple[int, int, int, int]


class WordTimes:
    """Collects the words of a stream that says `text`, sentence by sentence.

    Whether times count from the beginning of the sound or from that of the sentence, the vendor's pages leave
    open. Words that would be said before those of the sentence before are taken to count from their sentence.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._begins: dict[int, int] = {}
        self._words: dict[int, tuple[Word, ...]] = {}

    def hear(self, answer: Answer, heard_ms: int) -> None:
        """Take the words of one event, before which `heard_ms` of the sound had come."""
        self._begins.setdefault(answer.sentence, heard_ms)
        if answer.words:
            self._words[answer.sentence] = answer.words

    def finish(self, heard_ms: int) -> tuple[Word, ...]:
        """All words of a sound of that length, as the text has them; none if their times make no sense."""
        found: list[Word] = []
        for sentence, words in sorted(self._words.items()):
            last_ms = found[-1].end_ms if found else 0
            is_own = words[0].start_ms < last_ms - _SLACK_MS
            begin_ms = max(last_ms, self._begins[sentence]) if is_own else 0
            found += (word.moved(begin_ms) for word in words)
        starts = [word.start_ms for word in found]
        is_sane = starts == sorted(starts) and all(word.end_ms <= heard_ms + _SLACK_MS for word in found)
        return _as_written(self._text, found) if found and is_sane else ()


def find_words(text: str, words: Iterable[Word]) -> Iterator[Place]:
    """Say of each word of `text` where it is and when it is said, without saying the word."""
    end = 0
    for word in words:
        start = text.index(word.text, end)
        end = start + len(word.text)
        yield start, end, word.start_ms, word.end_ms


def read_words(text: str, places: Iterable[Place]) -> Iterator[Word]:
    """The words of `text` at these places."""
    return (Word(text[start:end], start_ms, end_ms) for start, end, start_ms, end_ms in places)


def check_places(rows: Iterable[Any]) -> tuple[Place, ...]:
    """Places as a file has them.

    Raises:
        ValueError, TypeError: these are none.
    """
    places = tuple((start, end, start_ms, end_ms) for start, end, start_ms, end_ms in rows)
    if any(type(number) is not int or number < 0 for place in places for number in place):
        raise ValueError("a place of a word is four numbers")
    return places


def _as_written(text: str, words: list[Word]) -> tuple[Word, ...]:
    from qwentts_cli.subtitles.word_alignment import align_words

    return tuple(read_words(text, align_words(text, words)))
