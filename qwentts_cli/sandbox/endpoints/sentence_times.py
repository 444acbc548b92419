"""The sentences and words of a text, and when each is heard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.accounting import is_han

if TYPE_CHECKING:
    from collections.abc import Iterator

_SENTENCE = re.compile(r"[^。！？!?\n]*?(?:[。！？!?\n]+|\.(?=\s)|$)", re.DOTALL)  # noqa: RUF001 - Chinese marks
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")


def cut_sentences(text: str) -> list[str]:
    """Cut a text after its marks; joined, the sentences are the text, and each has a letter or a digit."""
    sentences: list[str] = []
    for piece in filter(None, _SENTENCE.findall(text)):
        if sentences and not any(char.isalnum() for char in piece):
            sentences[-1] += piece
        else:
            sentences.append(piece)
    return sentences


def time_words(sentence: str, begin_ms: int, end_ms: int) -> list[dict[str, Any]]:
    """Share a sentence's time out among its words, a Han character being one, by their UTF-8 bytes.

    `begin_index` and `end_index` count the characters of the sentence, times are those of the whole sound.
    """
    total = max(1, len(sentence.encode()))

    def at(index: int) -> int:
        return begin_ms + (end_ms - begin_ms) * len(sentence[:index].encode()) // total

    return [
        {
            "text": sentence[start:end],
            "begin_index": start,
            "end_index": end,
            "begin_time": at(start),
            "end_time": at(end),
        }
        for start, end in _word_spans(sentence)
    ]


def _word_spans(sentence: str) -> Iterator[tuple[int, int]]:
    for found in _WORD.finditer(sentence):
        start = found.start()
        for index in range(*found.span()):
            if is_han(sentence[index]):
                if index > start:
                    yield start, index
                yield index, index + 1
                start = index + 1
        if start < found.end():
            yield start, found.end()
