"""One text from its source to a file, a pipe or the loudspeaker; or only what that would take."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.audio.tags import MOST_CHAPTERS
from qwentts_cli.billing.budget import open_budget
from qwentts_cli.documents.book import check_tags, make_tags
from qwentts_cli.errors import UsageError
from qwentts_cli.speech.cache_look import look_into_cache
from qwentts_cli.speech.delivery import Delivery, choose_target, open_recording
from qwentts_cli.speech.estimate import Estimate, make_quote
from qwentts_cli.speech.laying.in_turn import InTurn
from qwentts_cli.speech.length_check import LengthCheck
from qwentts_cli.speech.open_subtitles import check_subtitles, open_cues
from qwentts_cli.speech.pipeline import open_pool
from qwentts_cli.speech.source import check_text, nothing_to_speak
from qwentts_cli.speech.speak import speak
from qwentts_cli.speech.utterance import utter, utter_passages
from qwentts_cli.speech.voice_settings import choose_voice_settings, cut_text
from qwentts_cli.speech.wiring import open_synthesizer, pool_size, tell_limits
from qwentts_cli.storage.atomic import atomic_write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from qwentts_cli.audio.sink import Recording
    from qwentts_cli.billing.budget import Budget
    from qwentts_cli.billing.price import PriceList
    from qwentts_cli.observer import Observer
    from qwentts_cli.speech.context import Context
    from qwentts_cli.speech.estimate import Quote
    from qwentts_cli.speech.laying.layout import Layout, Overrun
    from qwentts_cli.speech.options import SayOptions
    from qwentts_cli.speech.speak import Spoken
    from qwentts_cli.speech.utterance import Utterance
    from qwentts_cli.speech.voice_settings import VoiceSettings
    from qwentts_cli.subtitles.cues import CueTrack

    Agree = Callable[[int], None]

_DEFAULT_JOBS = 4


class SaidText(Struct, frozen=True, kw_only=True):
    """What was made, and what that took; `overruns` are the cues of a film that were too long."""

    delivery: Delivery
    voice: VoiceSettings
    recording: Recording
    spoken: Spoken
    overruns: Sequence[Overrun] = ()


def speak_text(
    context: Context, options: SayOptions, observer: Observer, agree: Agree = lambda _characters: None
) -> SaidText:
    """Speak a text to where `options` say.

    Args:
        context: the server and the key.
        options: what was asked for.
        observer: told of all that happens on the way.
        agree: called with the billed characters before anything is sent; what it raises ends it.

    Raises:
        QwenTTSError: the text cannot be spoken, or not there.
    """
    voice = _choose_voice(context, options, observer)
    delivery = _choose_delivery(context, options, voice, observer)
    survey = _Survey()
    utterances = partial(_utter, options, voice, observer, is_heard=delivery.is_heard_early)
    characters = check_text(options.source, lambda: survey.read(utterances(), context.prices), agree)
    delivery = survey.complete(delivery, voice, observer)
    budget = _open_budget(context, options, voice)
    with (
        open_synthesizer(
            context,
            voice.model,
            cache_use=options.requests.cache_use,
            is_streamed=delivery.is_heard_early,
            budget=budget,
            observer=observer,
            waits_for_network=options.requests.waits_for_network,
        ) as synthesizer,
        open_pool(_count_jobs(context, observer), synthesizer) as pool,
        open_recording(delivery, observer) as recording,
        _open_cues(options, voice) as cues,
    ):
        observer.work_planned(characters=characters)
        layout = _choose_layout(options, recording, cues)
        spoken = speak(
            utterances(),
            synthesizer,
            layout,
            pool=pool,
            observer=observer,
            is_live=options.source.is_live,
            length_check=LengthCheck(options.requests.retakes, synthesizer.make_anew),
        )
        if not spoken.segments:
            raise nothing_to_speak()
        recording.finish()
    return SaidText(
        delivery=delivery, voice=voice, recording=recording, spoken=spoken, overruns=layout.overruns
    )


def _open_cues(options: SayOptions, voice: VoiceSettings) -> AbstractContextManager[CueTrack | None]:
    return open_cues(
        voice,
        options.subtitles,
        partial(atomic_write, overwrite=options.output.overwrite),
        may_overlap=options.source.is_dubbed,
    )


def _choose_layout(options: SayOptions, recording: Recording, cues: CueTrack | None) -> Layout:
    if not options.source.is_dubbed:
        return InTurn(recording, options.speech.pauses, cues)
    from qwentts_cli.speech.laying.at_times import AtTimes

    return AtTimes(recording, cues, fits=options.speech.fits)


def quote_text(context: Context, options: SayOptions, observer: Observer) -> tuple[Quote, VoiceSettings]:
    """What it would take to speak a text as `speak_text` does; nothing is sent.

    Raises:
        UsageError: there is nothing in it to speak, or the sound cannot go where it should.
    """
    voice = _choose_voice(context, options, observer)
    delivery = _choose_delivery(context, options, voice, observer)
    budget = _open_budget(context, options, voice)
    estimate = Estimate(context.prices, look_into_cache(context, options.requests.cache_use, observer))
    estimate.add(_utter(options, voice, observer, is_heard=delivery.is_heard_early))
    if not estimate.segments:
        raise nothing_to_speak()
    tell_limits(context, voice.model, estimate.billed, budget, observer)
    return make_quote(estimate, context, voice.model), voice


def read_out(context: Context, options: SayOptions, observer: Observer) -> Iterator[str]:
    """What would be said, in pieces, as `read_aloud` shows it.

    Raises:
        UsageError: there is nothing in it to speak.
    """
    from qwentts_cli.speech.shown_text import read_aloud

    voice = _choose_voice(context, options, observer)
    return read_aloud(_utter(options, voice, observer, is_heard=False), voice)


def _open_budget(context: Context, options: SayOptions, voice: VoiceSettings) -> Budget:
    limits = options.requests
    return open_budget(
        context.prices, voice.model, max_cost=limits.max_cost, max_characters=limits.max_characters
    )


def _count_jobs(context: Context, observer: Observer) -> int:
    return pool_size(int(context.settings.number("jobs", _DEFAULT_JOBS)), observer)


class _Survey:
    """What is known of a text that was read to its end before anything is sent."""

    def __init__(self) -> None:
        self._chapters = 0
        self._voices: dict[str, None] = {}

    def read(self, utterances: Iterator[Utterance], prices: PriceList) -> int:
        """Read it, cut as it will be spoken; gives the characters as they will be billed."""
        estimate = Estimate(prices)
        estimate.add(self._noted(utterances))
        return estimate.characters

    def complete(self, delivery: Delivery, voice: VoiceSettings, observer: Observer) -> Delivery:
        """Say who speaks, and whether the file will have chapters."""
        target = delivery.target
        has_chapters = bool(target and target.is_file and target.format.has_chapters and self._chapters > 1)
        if has_chapters and self._chapters > MOST_CHAPTERS:
            has_chapters = False
            observer.warn(f"{delivery.path} has no chapters: {self._chapters} are more than {MOST_CHAPTERS}")
        tags = delivery.tags.read_by(self._voices or [voice.voice])
        return replace(delivery, tags=tags, has_chapters=has_chapters)

    def _noted(self, utterances: Iterator[Utterance]) -> Iterator[Utterance]:
        for utterance in utterances:
            self._chapters += utterance.chapter is not None
            self._voices[utterance.voice.voice] = None
            yield utterance


def _choose_voice(context: Context, options: SayOptions, observer: Observer) -> VoiceSettings:
    return choose_voice_settings(
        context.settings,
        observer,
        options.speech,
        wants_words=bool(options.subtitles),
        ai_label=context.ai_label(is_wanted=options.speech.is_labelled),
    )


def _choose_delivery(
    context: Context, options: SayOptions, voice: VoiceSettings, observer: Observer
) -> Delivery:
    target = choose_target(context.settings, options.output, observer, sample_rate=voice.sample_rate)
    check_subtitles(options.subtitles, overwrite=options.output.overwrite)
    if target:
        check_tags(options.tags, target.format, str(target.path or "stdout"), observer.warn)
    elif options.tags.typed:
        raise UsageError(f"{', '.join(options.tags.typed)}: only a file has that", hint="Add -o FILE.")
    source = options.source
    tags = make_tags(
        options.tags,
        source.document() if target and target.format.has_chapters and source.document else None,
        title=source.title,
        language=voice.language_code,
        note=observer.warn,
    )
    delivery = Delivery(
        target=target,
        is_played=target is None if options.is_played is None else options.is_played,
        bitrate_kbps=options.output.bitrate_kbps,
        loudness=options.output.loudness,
        tags=replace(tags, ai_label=voice.file_label),
    )
    if voice.ai_label and not (target and target.format.has_label):
        where = target.format if target else "sound that is only played"
        observer.warn(f"{where} has no place for the label of AI")
    if options.output.loudness is not None and (not target or delivery.is_heard_early):
        raise UsageError(
            "--loudness is for files: how loud a sound is, is known when all of it is there",
            hint="Give -o FILE, without --play.",
        )
    if options.requests.retakes and delivery.is_heard_early:
        raise UsageError(
            "--retake is for files: what is played or piped cannot be taken back", hint="Add -o FILE."
        )
    return delivery


def _utter(
    options: SayOptions, voice: VoiceSettings, observer: Observer, *, is_heard: bool
) -> Iterator[Utterance]:
    source, by_paragraph = options.source, options.speech.pauses.by_paragraph
    if source.passages:
        return utter_passages(
            source.passages(), voice, observer.warn_once, is_heard=is_heard, by_paragraph=by_paragraph
        )
    segments = cut_text(
        source.pieces(), voice, is_heard=is_heard, is_live=source.is_live, by_paragraph=by_paragraph
    )
    return utter(segments, voice)
