"""One text in many voices, to choose one by ear: what each says, and what that would cost."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.billing.budget import open_budget
from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE, load_catalog
from qwentts_cli.dashscope.names import find_voice
from qwentts_cli.settings.own_voices import known_by_id
from qwentts_cli.speech.cache_look import look_into_cache
from qwentts_cli.speech.estimate import Estimate, make_quote
from qwentts_cli.speech.source import nothing_to_speak
from qwentts_cli.speech.utterance import utter
from qwentts_cli.speech.voice_settings import VoiceSettings, cut_text, read_names, rename_voice, tell_end
from qwentts_cli.speech.wiring import tell_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qwentts_cli.observer import Observer
    from qwentts_cli.speech.context import Context
    from qwentts_cli.speech.estimate import Quote
    from qwentts_cli.speech.options import CacheUse
    from qwentts_cli.speech.source import Source
    from qwentts_cli.speech.utterance import Utterance

_OTHERWISE = "zh"  # what the catalogue's voices speak of whose language nothing is said


class Preview(Struct, frozen=True):
    """A voice and what it is to say: a text, or else a sentence in its own language."""

    voice: VoiceSettings
    source: Source | None

    def utter(self) -> Iterator[Utterance]:
        """Cut the text for the model."""
        pieces = self.source.pieces() if self.source else iter([self.sentence])
        return utter(cut_text(pieces, self.voice), self.voice)

    def count(self) -> int:
        """The characters that are billed where nothing is in the cache."""
        estimate = Estimate()
        estimate.add(self.utter())
        return estimate.characters

    @property
    def sentence(self) -> str:
        """The sentence of the language that is spoken."""
        return load_sentences()[self.voice.language_code or _OTHERWISE]


def prepare_previews(
    context: Context, voices: Sequence[str], source: Source | None, observer: Observer
) -> list[Preview]:
    """Choose models and languages for the voices that were named.

    Args:
        context: its options may name a model and a language for all.
        voices: names, as they are typed.
        source: what all say; `None` for a sentence in the language of each.
        observer: told of what looks wrong.

    Raises:
        UsageError: a name is a slip of a known one, or a model does not speak the language.
    """
    base = VoiceSettings(voice="", model="", names=read_names(context.settings, observer))
    typed = context.settings.flag("language")
    previews = []
    for name in voices:
        voice, warnings = rename_voice(base, voice=name)
        usual = context.settings.text("language", AUTO_LANGUAGE) if source else own_language(voice)
        voice, more = rename_voice(voice, language=typed or usual)
        warnings += more
        tell_end(context.settings, voice.model, observer)
        for warning in filter(None, warnings):
            observer.warn_once(warning)
        previews.append(Preview(voice, source))
    return previews


def quote_previews(
    context: Context, previews: Sequence[Preview], cache_use: CacheUse, observer: Observer
) -> Quote:
    """What all of them would take; nothing is sent.

    Raises:
        UsageError: there is nothing in the text to speak.
    """
    estimate = Estimate(context.prices, look_into_cache(context, cache_use, observer))
    for preview in previews:
        estimate.add(preview.utter())
    if not estimate.segments:
        raise nothing_to_speak()
    return make_quote(estimate, context, previews[0].voice.model)


def tell_preview_limits(
    context: Context, quote: Quote, model: str, max_cost: str | None, observer: Observer
) -> None:
    """Warn where so much would not be made, as `tell_limits` does.

    Raises:
        UsageError: `max_cost` cannot be kept, as a run would say.
    """
    budget = open_budget(context.prices, model, max_cost=max_cost, max_characters=None)
    tell_limits(context, model, quote.estimate.billed, budget, observer)


def own_language(voice: VoiceSettings) -> str:
    """The code of the language that a voice is at home in, as far as it is known and its model speaks it."""
    catalog = load_catalog()
    known, spoken_with = find_voice(catalog, voice.voice), catalog.models.get(voice.model)
    own = known_by_id(voice.voice)
    if own and own.language:
        return own.language
    code = (known and (known.own_language or next(iter(known.languages or ()), ""))) or _OTHERWISE
    return code if not spoken_with or code in spoken_with.languages else spoken_with.languages[0]


@cache
def load_sentences() -> dict[str, str]:
    """A sentence by the code of its language."""
    return tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
