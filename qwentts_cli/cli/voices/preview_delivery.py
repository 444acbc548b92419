"""Previews on their way: played with the name shown, written to files, or put into a page."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

import typer
from msgspec import Struct

from qwentts_cli.audio.formats import AudioFormat
from qwentts_cli.audio.sink import EncodedSink
from qwentts_cli.audio.tags import Tags
from qwentts_cli.cli.console.amounts import tell_billed
from qwentts_cli.cli.voices.facts import find_facts
from qwentts_cli.cli.voices.keys import read_keys
from qwentts_cli.cli.voices.page import make_row, write_page
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.errors import ExitCode, RejectedError, error_document, error_text
from qwentts_cli.speech.preview.interruptible import InterruptibleSink
from qwentts_cli.speech.preview.speak_previews import PreviewResult, speak_previews
from qwentts_cli.storage.atomic import atomic_write
from qwentts_cli.wording import clock, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from qwentts_cli.audio.sink import Sink
    from qwentts_cli.audio.target import Target
    from qwentts_cli.cli.console.invocation import Invocation
    from qwentts_cli.cli.console.observer import ConsoleObserver
    from qwentts_cli.cli.voices.preview_places import PreviewPlace
    from qwentts_cli.speech.preview.preview import Preview
    from qwentts_cli.speech.preview.speak_previews import OpenSink, PreviewOptions, Wish


class _Delivery(Struct, frozen=True):
    """Speaks all previews of a run, and keeps what became of each."""

    run: Invocation
    previews: Sequence[Preview]
    options: PreviewOptions
    observer: ConsoleObserver
    results: list[PreviewResult]

    def play(self) -> None:
        """Play one after the other."""
        with read_keys() as wait:
            if wait:
                self.run.output.note("space: next, q: stop")
            for _ in self._speak(lambda preview: self._open_player(preview, wait)):
                pass

    def write_files(self, targets: dict[str, Target]) -> None:
        """Write each to its file, and its path to stdout."""
        self._plan()
        for result in self._speak(lambda preview: _open_file(targets[preview.voice.voice], preview)):
            if not result.error and not self.run.output.is_json:
                self.run.output.lines([str(targets[result.preview.voice.voice].path)])

    def write_page(self, path: Path, *, overwrite: bool) -> None:
        """Write all to one page, and its path to stdout."""
        self._plan()
        sounds = {preview.voice.voice: BytesIO() for preview in self.previews}
        source = self.previews[0].source
        text = "".join(source.pieces()).strip() if source else ""
        with atomic_write(path, overwrite=overwrite) as file:
            write_page(file, self._make_rows(sounds), text=text)
            if all(result.error for result in self.results):
                _raise_refusal(self.results)
        if not self.run.output.is_json:
            self.run.output.lines([str(path)])

    def _make_rows(self, sounds: dict[str, BytesIO]) -> Iterator[dict[str, Any]]:
        catalog = load_catalog()
        for result in self._speak(lambda preview: _open_memory(sounds[preview.voice.voice])):
            voice = result.preview.voice
            if not result.error:
                yield make_row(
                    find_facts(catalog, voice.voice),
                    model=voice.model,
                    mp3=sounds.pop(voice.voice).getvalue(),
                    seconds=result.duration_s,
                )

    def _speak(self, open_sink: OpenSink) -> Iterator[PreviewResult]:
        for result in speak_previews(self.run.context, self.previews, self.options, open_sink, self.observer):
            self.results.append(result)
            if result.error and len(self.previews) > 1:  # the only one is told as the end of all
                self.observer.warn(f"{result.preview.voice.voice}: {error_text(result.error)}")
            yield result

    def _plan(self) -> None:
        characters = sum(preview.count() for preview in self.previews)
        self.observer.work_planned(characters=characters, items=len(self.previews))

    @contextmanager
    def _open_player(self, preview: Preview, wait: Callable[[float], Wish | None] | None) -> Iterator[Sink]:
        from qwentts_cli.audio.playback.sink import PlaybackSink

        with PlaybackSink() as player:
            facts = find_facts(load_catalog(), preview.voice.voice)
            shown = (facts.id, facts.name_zh, facts.gender, facts.speaks, facts.character)
            self.run.output.note("  ".join(filter(None, shown)))
            yield InterruptibleSink(player, wait) if wait else player


def deliver_previews(
    run: Invocation,
    previews: Sequence[Preview],
    options: PreviewOptions,
    place: PreviewPlace,
    observer: ConsoleObserver,
) -> list[PreviewResult]:
    """Speak all of them to where they go; gives what became of each.

    Raises:
        QwenTTSError: a failure that all share.
    """
    delivery = _Delivery(run, previews, options, observer, [])
    if place.page:
        delivery.write_page(place.page, overwrite=place.overwrite)
    elif place.folder:
        delivery.write_files(place.targets(place.folder, previews, run.context.settings))
    else:
        delivery.play()
    return delivery.results


def show_previews(run: Invocation, results: Sequence[PreviewResult], observer: ConsoleObserver) -> None:
    """Show what was made; when some voices were refused the exit code says so.

    Raises:
        QwenTTSError: all were refused.
    """
    spoken = [result for result in results if not result.error]
    if not spoken:
        _raise_refusal(results)
    if run.output.is_json:
        billed = observer.billed.total()
        usage = {"characters": billed.characters, "tokens": billed.tokens_document()}
        run.output.document({"voices": [_document(result) for result in results], "usage": usage})
    prices = run.context.prices
    facts = [
        plural(len(spoken), "voice"),
        f"{clock(sum(result.duration_s for result in spoken))} of sound",
        f"{tell_billed(observer.billed.total())} billed",
        prices.tag(prices.total(observer.billed)) if observer.billed else "",
    ]
    run.output.note(", ".join(filter(None, facts)))
    if len(spoken) < len(results):
        raise typer.Exit(ExitCode.PARTIAL)


def _raise_refusal(results: Sequence[PreviewResult]) -> None:
    """Raise why nothing was heard; of several voices each has told that already."""
    errors = [result.error for result in results if result.error]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        first = errors[0]
        raise RejectedError(
            f"none of {len(errors)} voices was accepted", hint=first.hint, service_code=first.service_code
        )


def _document(result: PreviewResult) -> dict[str, Any]:
    voice = result.preview.voice
    return {
        "id": voice.voice,
        "model": voice.model,
        "duration_s": round(result.duration_s, 6),
        "characters": result.usage.characters if result.usage else 0,
        "error": error_document(result.error) if result.error else None,
    }


@contextmanager
def _open_file(target: Target, preview: Preview) -> Iterator[Sink]:
    tags = Tags(title=preview.voice.voice, artist=preview.voice.voice)
    with target.open() as out:
        yield EncodedSink(target.format, out, seekable=True, tags=tags)


@contextmanager
def _open_memory(memory: BytesIO) -> Iterator[Sink]:
    """MP3, which every browser plays."""
    yield EncodedSink(AudioFormat.MP3, memory, seekable=True)
