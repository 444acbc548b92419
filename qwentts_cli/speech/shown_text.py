"""What would be said, as a text that people can read before they pay for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qwentts_cli.documents.lexicon import substitute
from qwentts_cli.documents.model import Substitution
from qwentts_cli.speech.source import nothing_to_speak
from qwentts_cli.text.boundaries import LINE_BREAK
from qwentts_cli.text.punctuation import is_speakable
from qwentts_cli.text.soundless import drop_soundless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwentts_cli.speech.utterance import Utterance
    from qwentts_cli.speech.voice_settings import VoiceSettings

_BLANK_LINES: Final = re.compile(r"(?:\r\n|\r|\n)\s*(?:\r\n|\r|\n)")


def read_aloud(utterances: Iterable[Utterance], voice: VoiceSettings) -> Iterator[str]:
    """Give the text in pieces as it is sent: `Qwen ⟨千问⟩` where a word is said otherwise than it is written.

    What differs from `voice`, and a pause that was asked for, stand in brackets on a line of their own.

    Raises:
        UsageError: there is nothing in it to speak.
    """
    before, gap, is_said = voice, "", False
    for number, utterance in enumerate(utterances):
        changes = [*_pause(utterance), *_voice(utterance.voice, before, voice)]
        before = utterance.voice
        if changes:
            yield "\n" if number else ""
            yield f"⟨{', '.join(changes)}⟩\n"
        text = substitute(utterance.segment.text, list(_marked(utterance)))
        gap += text[: len(text) - len(text.lstrip())]
        if sent := _as_sent(text, utterance.voice):
            yield _between(gap, utterance) if is_said and not changes else ""
            yield sent
            gap, is_said = text[len(text.rstrip()) :], True
    if not is_said:
        raise nothing_to_speak()
    yield "\n"


def _as_sent(text: str, voice: VoiceSettings) -> str:
    """Give what is sent of a text, but with the blank lines between its paragraphs."""
    paragraphs = _BLANK_LINES.split(text)
    return "\n\n".join(drop_soundless(part, voice.line_breaks) for part in paragraphs if is_speakable(part))


def _between(gap: str, utterance: Utterance) -> str:
    breaks = len(LINE_BREAK.findall(gap)) + 2 * (utterance.chapter is not None)
    if not utterance.segment.start:  # it is the first of a text of its own, such as a subtitle
        breaks = max(breaks, 1)
    return "\n" * min(breaks, 2) if breaks else gap[:1]


def _marked(utterance: Utterance) -> Iterator[Substitution]:
    """Give both forms of each word that is said otherwise: those of marks, then those of the lexicon."""
    text = utterance.segment.text
    found = utterance.voice.pronounce(text)
    for change in (*utterance.own_substitutions(), *found.substitutions):
        word = text[change.start : change.end]
        yield Substitution(start=change.start, end=change.end, spoken=f"{word} ⟨{change.spoken}⟩")
    for word, pinyin in found.pinyin.items():
        for match in re.finditer(re.escape(word), text):
            yield Substitution(start=match.start(), end=match.end(), spoken=f"{word} ⟨{pinyin}⟩")


def _pause(utterance: Utterance) -> list[str]:
    return [f"pause {utterance.pause_s:g} s"] if utterance.pause_s else []


def _tuning(voice: VoiceSettings, usual: VoiceSettings) -> Iterator[tuple[str, str]]:
    asked, common = voice.tuning.asked(), usual.tuning.asked()
    for name in sorted({*asked, *common}):
        yield f"{name} {asked.get(name, 'as usual')}", f"{name} {common.get(name, 'as usual')}"


def _voice(voice: VoiceSettings, before: VoiceSettings, usual: VoiceSettings) -> list[str]:
    if voice == before:
        return []
    return [
        str(value)
        for value, common in (
            (voice.voice, ""),
            (voice.model, usual.model),
            (voice.language, usual.language),
            (voice.instructions, usual.instructions),
            *_tuning(voice, usual),
        )
        if value and value != common
    ]
