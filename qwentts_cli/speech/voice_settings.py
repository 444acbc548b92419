"""Who speaks and how: from the names people type to what a request needs."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.audio.stream import RAW_SAMPLE_RATE
from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE, load_catalog
from qwentts_cli.dashscope.listed_models import kept_models
from qwentts_cli.dashscope.names import (
    check_tuning,
    choose_language,
    end_notice,
    instructions_warning,
    takers,
)
from qwentts_cli.dashscope.pairing import Names
from qwentts_cli.dashscope.request import UNTUNED, AiLabel, SynthesisRequest, Tuning, takes_speed
from qwentts_cli.documents.lexicon import Pronunciation, substitute
from qwentts_cli.errors import QwenTTSError, UsageError
from qwentts_cli.speech.context import Context
from qwentts_cli.speech.options import SpeechOptions
from qwentts_cli.speech.own_voices.lookup import find_own_voice
from qwentts_cli.text.segment import Segment, segment_text
from qwentts_cli.text.wrapping import LineBreaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.documents.lexicon import Lexicon
    from qwentts_cli.observer import Observer
    from qwentts_cli.settings.resolve import Settings

# A length that every speech model so far takes, for one of which nothing is known.
_CAUTIOUS_UNITS = 512
# A first request this short has its sound while the others are being made.
_FIRST_UNITS_HEARD = 100


class VoiceSettings(Struct, frozen=True, kw_only=True):
    """Names as the service knows them; without a `language` the service finds it out.

    `names` are those that were typed, from which the names of a row or a speaker may differ. `wants_words` is
    for subtitles: where the model can tell, it is asked when each word is said. `ai_label` is for the
    files of any model, and asked for where the model can label its sound itself.
    """

    voice: str
    model: str
    names: Names
    language: str | None = None
    instructions: str | None = None
    optimize_instructions: bool = False
    tuning: Tuning = UNTUNED
    lexicon: Lexicon | None = None
    line_breaks: LineBreaks = LineBreaks.AUTO
    wants_words: bool = False
    ai_label: AiLabel | None = None

    def request(self, text: str) -> SynthesisRequest:
        """What to ask for to have `text` spoken so, with the words of the lexicon put in."""
        found, takes = self.pronounce(text), load_catalog().takes
        return SynthesisRequest(
            text=substitute(text, found.substitutions),
            voice=self.voice,
            model=self.model,
            language=self.language,
            instructions=self.instructions,
            optimize_instructions=self.optimize_instructions,
            tuning=replace(self.tuning, speed=None) if self.stretch != 1 else self.tuning,
            pronunciations=tuple(found.pinyin.items()),
            word_times=self.wants_words and takes(self.model, "word_times"),
            ai_label=self.ai_label if takes(self.model, "ai_label") else None,
            stretch=self.stretch,
        )

    def pronounce(self, text: str) -> Pronunciation:
        """Find the words of `text` that are said otherwise than they are written."""
        if not self.lexicon:
            return Pronunciation()
        languages = [name for name in (self.language, self.language_code) if name]
        return self.lexicon.pronounce(text, voice=self.voice, languages=languages)

    @property
    def language_code(self) -> str:
        """The ISO 639-1 code of the text's language, empty where it is left to the service."""
        codes = {name: code for code, name in load_catalog().languages.items()}
        return codes.get(self.language or "", "")

    @property
    def stretch(self) -> float:
        """How many times as fast its sound is made here, where the model has one speed."""
        return 1.0 if takes_speed(self.model) else self.tuning.speed or 1.0

    @property
    def sample_rate(self) -> int:
        """The rate of its sound, in Hz."""
        return self.tuning.sample_rate or RAW_SAMPLE_RATE

    @property
    def file_label(self) -> str:
        """What its files say of having been made by AI; empty where that was not asked for."""
        return self.ai_label.metadata() if self.ai_label else ""

    @property
    def max_units(self) -> int:
        """The longest text of one request; see `qwentts_cli.text.units`."""
        known = load_catalog().models.get(self.model)
        return known.spoken_units if known else _CAUTIOUS_UNITS


def choose_voice_settings(
    settings: Settings,
    observer: Observer,
    speech: SpeechOptions | None = None,
    *,
    wants_words: bool = False,
    ai_label: AiLabel | None = None,
) -> VoiceSettings:
    """The voice of a run; what looks wrong with it is warned of.

    Raises:
        UsageError: a name is a slip of a known one, or the model does not take what was set.
    """
    catalog = load_catalog()
    speech = speech or SpeechOptions()
    names = read_names(settings, observer)
    with settings.blaming("model", "voice"):
        pair = names.pair(catalog)
    base = VoiceSettings(
        voice=pair.voice,
        model=pair.model,
        names=names,
        optimize_instructions=speech.optimize_instructions,
        tuning=_read_tuning(settings, pair.model),
        lexicon=speech.lexicon,
        line_breaks=LineBreaks(settings.text("line_breaks", LineBreaks.AUTO)),
        wants_words=wants_words,
        ai_label=ai_label,
    )
    with settings.blaming("language"):
        chosen, warnings = rename_voice(
            base, language=settings.text("language", AUTO_LANGUAGE), instructions=speech.instructions
        )
    tell_end(settings, pair.model, observer)
    for warning in filter(None, (*pair.warnings, *warnings)):
        observer.warn(warning)
    return chosen


def tell_end(settings: Settings, model: str, observer: Observer) -> None:
    """Warn once of a model that has ended or will soon; it is asked all the same."""
    context = Context(settings)
    kept = []
    if not context.is_sandbox:
        with suppress(QwenTTSError):  # whoever asks the server says what is wrong with its name
            kept = kept_models(context.endpoint).read_old()
    listed = next((listed for listed in kept if listed.id == model), None)
    today = datetime.now().astimezone().date()
    if notice := end_notice(load_catalog(), model, today, listed):
        observer.warn_once(notice)


def read_names(settings: Settings, observer: Observer) -> Names:
    """What the options and the configuration name."""
    catalog = load_catalog()
    return Names(
        model=settings.flag("model"),
        voice=settings.flag("voice"),
        usual_model=settings.text("model", catalog.default_model),
        usual_voice=settings.text("voice", catalog.default_voice),
        find_own=cache(partial(find_own_voice, settings, observer.warn_once)),
    )


def _read_tuning(settings: Settings, model: str) -> Tuning:
    found = {name: settings.first(name) for name in Tuning.__struct_fields__}
    given: dict[str, Any] = {name: value.value for name, value in found.items() if value}
    tuning = Tuning(**given)
    unseen = {name: value.origin for name, value in found.items() if value and not settings.flag(name)}
    check_tuning(load_catalog(), model, tuning, unseen)
    return tuning


def rename_voice(
    base: VoiceSettings,
    *,
    voice: str | None = None,
    model: str | None = None,
    language: str | None = None,
    instructions: str | None = None,
    tuning: Tuning = UNTUNED,
) -> tuple[VoiceSettings, list[str]]:
    """`base` with what was typed, and what looks wrong with that.

    Raises:
        UsageError: a name is a slip of a known one, or the model does not take what is set.
    """
    catalog = load_catalog()
    warnings: list[str] = []
    if model or voice:
        names = base.names.override(model=model, voice=voice)
        pair = names.pair(catalog)
        base = replace(base, model=pair.model, voice=pair.voice, names=names)
        warnings += pair.warnings
    if language:
        wire = choose_language(catalog, language, base.model).wire
        base = replace(base, language=None if wire == AUTO_LANGUAGE else wire)
    if instructions:
        base = replace(base, instructions=instructions)
        warnings.append(instructions_warning(catalog, base.model))
    base = replace(base, tuning=base.tuning.override(tuning))
    check_tuning(catalog, base.model, base.tuning)
    _check_pinyin(base)
    return base, [warning for warning in warnings if warning]


def _check_pinyin(voice: VoiceSettings) -> None:
    known = load_catalog().models.get(voice.model)
    if voice.lexicon and voice.lexicon.has_pinyin and known and "pronunciations" not in known.takes:
        others = ", ".join(takers(load_catalog(), "pronunciations"))
        raise UsageError(
            f"model {voice.model} takes no pinyin, and the lexicon has some", hint=f"These take it: {others}."
        )


def cut_text(
    pieces: Iterator[str],
    voice: VoiceSettings,
    *,
    is_heard: bool = False,
    is_live: bool = False,
    by_paragraph: bool = False,
) -> Iterator[Segment]:
    """Cut a text for the model of `voice`; one that is heard while it is made begins with a short segment."""
    return segment_text(
        pieces,
        max_units=voice.max_units,
        language=voice.language_code,
        first_max_units=_FIRST_UNITS_HEARD if is_heard else None,
        paragraphs=by_paragraph,
        eager=is_live and is_heard,
        line_breaks=voice.line_breaks,
    )
