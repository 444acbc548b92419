"""What one recording was, told to people and to scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from qwentts_cli.audio.sink import Recording
    from qwentts_cli.billing.meter import Meter
    from qwentts_cli.cli.console.invocation import Invocation
    from qwentts_cli.speech.delivery import Delivery
    from qwentts_cli.speech.speak import Spoken
    from qwentts_cli.speech.voice_settings import VoiceSettings


def report(
    run: Invocation,
    voice: VoiceSettings,
    delivery: Delivery,
    recording: Recording,
    spoken: Spoken,
    meter: Meter,
) -> None:
    """Tell what was made: the path or one document on stdout, the rest on stderr."""
    if spoken.is_cached:
        run.output.note("made before: nothing was sent, nothing is billed")
    if meter.maybe_billed:
        run.output.warn(f"possibly billed twice: {meter.maybe_billed}")
    usage = spoken.usage
    run.output.detail(
        f"{recording.duration_s:.1f} s in {spoken.segments} segments, "
        f"{usage.billed} of {usage.characters} characters billed in {usage.requests} requests"
    )
    if run.options.json:
        run.output.document(_document(voice, delivery, recording, spoken))
    elif delivery.path:
        run.output.lines([delivery.path])


def tell_lost(run: Invocation, meter: Meter, kind: type[BaseException] | None, *_: object) -> None:
    """Where the run failed, tell what of it may have cost money all the same."""
    if kind and meter.maybe_billed:
        requests = plural(meter.maybe_billed, "request")
        run.output.warn(f"{requests} got no usable answer and may have been billed all the same")


def _document(
    voice: VoiceSettings, delivery: Delivery, recording: Recording, spoken: Spoken
) -> dict[str, Any]:
    file = {
        "path": delivery.path,
        "format": delivery.target.format if delivery.target else None,
        "sample_rate": recording.sample_rate,
        "duration_s": round(recording.duration_s, 6),
        "voice": voice.voice,
        "model": voice.model,
        "language": voice.language or AUTO_LANGUAGE,
        "segments": spoken.segments,
        "characters": spoken.usage.characters,
        "request_ids": list(spoken.usage.request_ids),
        "cached": spoken.is_cached,
    }
    return {"files": [file], "usage": {"characters": spoken.usage.billed, "requests": spoken.usage.requests}}


def tell_facts(run: Invocation, facts: dict[str, Any]) -> None:
    """Facts as lines for people, or as one document."""
    if run.options.json:
        run.output.document(facts)
        return
    run.output.lines(
        f"{name.replace('_', ' ')}: {'not known' if value is None else value}"
        for name, value in facts.items()
    )
