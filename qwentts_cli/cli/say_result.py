"""What one recording was, told to people and to scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwentts_cli.cli.console.output import plural
from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE

if TYPE_CHECKING:
    from qwentts_cli.audio.sink import Recording
    from qwentts_cli.billing.meter import Meter
    from qwentts_cli.cli.console.invocation import Invocation
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.speech.delivery import Delivery
    from qwentts_cli.speech.speak import Tally


def report(
    run: Invocation,
    recipe: SynthesisRequest,
    delivery: Delivery,
    recording: Recording,
    tally: Tally,
    meter: Meter,
) -> None:
    """Tell what was made: the path or one document on stdout, the rest on stderr."""
    if tally.is_cached:
        run.output.note("made before: nothing was sent, nothing is billed")
    if meter.maybe_billed:
        run.output.warn(f"possibly billed twice: {meter.maybe_billed}")
    run.output.detail(
        f"{recording.duration_s:.1f} s in {tally.segments} segments, "
        f"{tally.billed} of {tally.characters} characters billed in {tally.requests} requests"
    )
    if run.options.json:
        run.output.document(_document(recipe, delivery, recording, tally))
    elif delivery.path:
        run.output.lines([delivery.path])


def tell_lost(run: Invocation, meter: Meter, kind: type[BaseException] | None, *_: object) -> None:
    """Where the run failed, tell what of it may have cost money all the same."""
    if kind and meter.maybe_billed:
        requests = plural(meter.maybe_billed, "request")
        run.output.warn(f"{requests} got no usable answer and may have been billed all the same")


def _document(
    recipe: SynthesisRequest, delivery: Delivery, recording: Recording, tally: Tally
) -> dict[str, Any]:
    file = {
        "path": delivery.path,
        "format": delivery.target.format if delivery.target else None,
        "sample_rate": recording.sample_rate,
        "duration_s": round(recording.duration_s, 6),
        "voice": recipe.voice,
        "model": recipe.model,
        "language": recipe.language or AUTO_LANGUAGE,
        "segments": tally.segments,
        "characters": tally.characters,
        "request_ids": tally.request_ids,
        "cached": tally.is_cached,
    }
    return {"files": [file], "usage": {"characters": tally.billed, "requests": tally.requests}}
