"""What became of one text, shown to people and to scripts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from qwentts_cli.cli.console.amounts import tell_billed
from qwentts_cli.cli.console.doubts import tell_doubt, tell_overruns
from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE
from qwentts_cli.errors import QwenTTSError
from qwentts_cli.wording import clock, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.billing.meter import Meter
    from qwentts_cli.billing.price import PriceList
    from qwentts_cli.cli.console.observer import ConsoleObserver
    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.speech.speak_text import SaidText


def show_text(output: Output, said: SaidText, meter: Meter, prices: PriceList) -> None:
    """Show what was made: the path or one document on stdout, the rest on stderr."""
    spoken, usage = said.spoken, said.spoken.usage
    if meter.maybe_billed_twice:
        output.warn(f"{plural(meter.maybe_billed_twice, 'request')} may have been billed twice")
    for doubt in usage.doubts:
        output.warn(tell_doubt(doubt))
    for warning in tell_overruns(said.overruns):
        output.warn(warning)
    output.detail(
        f"{said.recording.duration_s:.1f} s in {plural(spoken.segments, 'segment')}, "
        f"{usage.billed.total().characters} of {plural(usage.characters, 'character')} billed "
        f"in {plural(usage.requests, 'request')}"
    )
    if output.is_json:
        output.document(_document(said, meter, prices))
    elif said.delivery.path:
        output.lines([said.delivery.path])
    output.note(", ".join(_last_facts(said, meter, prices)))


def _last_facts(said: SaidText, meter: Meter, prices: PriceList) -> Iterator[str]:
    usage, billed = said.spoken.usage, meter.billed.total()
    yield f"{clock(said.recording.duration_s)} of sound"
    if said.spoken.is_cached:
        yield f"{plural(usage.characters, 'character')} from the cache, nothing billed"
        return
    if billed.characters == usage.characters:
        yield tell_billed(billed)
    else:
        yield plural(usage.characters, "character")
        yield f"{tell_billed(billed)} billed"
    if tag := prices.tag(prices.total(meter.billed)):
        yield tag


@contextmanager
def show_lost(output: Output, meter: ConsoleObserver, prices: PriceList, *, is_kept: bool) -> Iterator[None]:
    """Where the block fails half way, say what is paid and kept, and warn of what may have cost money too.

    A reader of the sound that has gone away is told nothing. An error gets the bill, for scripts.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except BaseException as error:
        _tell_lost(output, meter, error, is_kept=is_kept)
        if isinstance(error, QwenTTSError) and meter.requests:
            bill = {"usage": _usage_document(meter, prices, meter.requests)}
            complete = error.replace(partial={**error.partial, **bill})
            raise complete.with_traceback(error.__traceback__) from error.__cause__
        raise


def _tell_lost(output: Output, meter: ConsoleObserver, error: BaseException, *, is_kept: bool) -> None:
    is_interrupted = isinstance(error, KeyboardInterrupt)
    is_half_way = isinstance(error, QwenTTSError) and meter.has_spoken
    if meter.billed and (is_interrupted or is_half_way):
        begin = "Interrupted. " if is_interrupted else ""
        output.note(f"{begin}{_tell_kept(tell_billed(meter.billed.total()), is_kept=is_kept)}")
    if meter.billed_in_vain:
        output.warn(f"the sound of {plural(meter.billed_in_vain, 'billed request')} cannot be had")
    if meter.maybe_billed:
        requests = plural(meter.maybe_billed, "request")
        output.warn(f"{requests} got no usable answer and may have been billed all the same")


def _tell_kept(billed: str, *, is_kept: bool) -> str:
    told = f"{billed} had been billed; their sound is"
    if is_kept:
        return f"{told} kept as far as it is good, and the same command goes on from there."
    return f"{told} not kept (--no-cache)."


def _document(said: SaidText, meter: Meter, prices: PriceList) -> dict[str, Any]:
    delivery, recording, spoken = said.delivery, said.recording, said.spoken
    file = {
        "path": delivery.path,
        "format": delivery.target.format if delivery.target else None,
        "sample_rate": recording.sample_rate,
        "duration_s": round(recording.duration_s, 6),
        "voice": said.voice.voice,
        "model": said.voice.model,
        "language": said.voice.language or AUTO_LANGUAGE,
        **said.voice.tuning.document(said.voice.model),
        "segments": spoken.segments,
        "chapters": [chapter.document() for chapter in delivery.tags.divided(recording.chapters).chapters],
        "characters": spoken.usage.characters,
        "request_ids": list(spoken.usage.request_ids),
        "cached": spoken.is_cached,
        "doubts": [doubt.document() for doubt in spoken.usage.doubts],
        "overruns": [overrun.document() for overrun in said.overruns],
    }
    return {"files": [file], "usage": _usage_document(meter, prices, spoken.usage.requests)}


def _usage_document(meter: Meter, prices: PriceList, requests: int) -> dict[str, Any]:
    billed, cost = meter.billed.total(), prices.total(meter.billed)
    return {
        "characters": billed.characters,
        "tokens": billed.tokens_document(),
        "requests": requests,
        "possibly_billed": meter.maybe_billed,
        "cost": float(cost.amount) if cost else None,
        "currency": cost.currency if cost else None,
    }
