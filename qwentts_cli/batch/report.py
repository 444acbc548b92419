"""`--report`: what became of a batch, as a page to listen to or as JSON Lines."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from qwentts_cli.batch.outcome import Status
from qwentts_cli.errors import UsageError, error_document
from qwentts_cli.speech.page import fill_page
from qwentts_cli.storage.atomic import atomic_write
from qwentts_cli.storage.json_lines import encode_line
from qwentts_cli.wording import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from qwentts_cli.batch.outcome import Outcome

_PAGE, _LINES = ".html", ".jsonl"
# A book's chapter is in the page to be recognised, not to be read.
_MOST_TEXT = 5000
_LABELS = {
    "items": "Items",
    "made": "Made now",
    "skipped": "Already there",
    "failed": "Failed",
    "duration_s": "Length",
    "characters": "Characters",
    "billed": "Characters billed now",
    "requests": "Requests",
    "throttled": "Requests throttled",
    "possibly_billed_twice": "Requests perhaps billed twice",
}


def check_report_path(path: Path) -> None:
    """Check where a report is to go; to be called once the folders a run makes are there.

    Raises:
        UsageError: the name tells no kind of report, or no file can have it.
    """
    if path.suffix.lower() not in {_PAGE, _LINES}:
        raise UsageError(
            f"--report {path}: a report is a page or JSON Lines",
            hint=f"Give it a name that ends in {_PAGE} or {_LINES}.",
        )
    try:
        is_folder = path.is_dir()
    except OSError as error:
        raise UsageError(f"--report {path}: {error.strerror}") from error
    if is_folder:
        raise UsageError(f"--report {path} is a folder", hint="Name a file.")
    if not path.parent.is_dir():
        raise UsageError(f"--report {path}: there is no folder {path.parent}", hint="Make it first.")


def write_report(
    path: Path,
    outcomes: Iterable[Outcome],
    *,
    folder: Path,
    title: str,
    figures: Mapping[str, int | float],
    before_naming: Callable[[IO[bytes]], None] | None = None,
) -> None:
    """Write the report of a batch, whole or not at all; an old one is replaced.

    Args:
        path: its ending tells whether it is a page or JSON Lines.
        outcomes: read once, one at a time.
        folder: the output folder; the page shows names relative to it.
        title: the page's.
        figures: those of `BatchObserver.figures`; only the page has them.
        before_naming: as `atomic_write` has it.

    Raises:
        UsageError: as `check_report_path`.
        LocalError: the file cannot be written.
    """
    check_report_path(path)
    with atomic_write(path, before_naming=before_naming) as file:
        if path.suffix.lower() == _LINES:
            file.writelines(encode_line(outcome.document()) + b"\n" for outcome in outcomes)
        else:
            file.writelines(_page(path, outcomes, folder=folder, title=title, figures=figures))


def _page(
    path: Path,
    outcomes: Iterable[Outcome],
    *,
    folder: Path,
    title: str,
    figures: Mapping[str, int | float],
) -> Iterator[bytes]:
    slots = {
        "title": escape(title),
        "summary": "".join(
            _figure(label, figures[name]) for name, label in _LABELS.items() if name in figures
        ),
    }
    rows = (_row(outcome, path, folder) for outcome in outcomes)
    # Sound is where the page is.
    return fill_page(Path(__file__).with_suffix(".html"), slots=slots, rows=rows, media="'self' file:")


def _figure(label: str, value: float) -> str:
    shown = f"{value:,}" if isinstance(value, int) else clock(value)
    return f"<div><dt>{escape(label)}</dt><dd>{escape(shown)}</dd></div>"


def _row(outcome: Outcome, path: Path, folder: Path) -> dict[str, Any]:
    text = outcome.text.strip()
    return {
        "number": outcome.number,
        "name": _name(outcome.output, folder),
        "source": outcome.source,
        "url": None if outcome.status is Status.FAILED else relative_url(outcome.output, path.parent),
        "voice": outcome.voice,
        "model": ", ".join([outcome.model, *_tuning(outcome)]),
        "status": outcome.status.value,
        "text": text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…",
        "seconds": round(outcome.duration_s, 3),
        "characters": outcome.usage.characters,
        "gaps": [
            f"line {gap.line}, column {gap.column} ({gap.characters} characters)"
            for gap in outcome.usage.gaps
        ],
        "doubts": [
            f"line {doubt.line}, column {doubt.column}: {doubt.had_s:.1f} s of sound, "
            f"about {doubt.expected_s:.1f} s expected"
            for doubt in outcome.usage.doubts
        ],
        "error": error_document(outcome.error) if outcome.error else None,
    }


def _tuning(outcome: Outcome) -> Iterator[str]:
    return (f"{name} {value}" for name, value in outcome.tuning.asked().items())


def _name(output: Path, folder: Path) -> str:
    try:
        return str(output.relative_to(folder))
    except ValueError:
        return str(output)


def relative_url(target: Path, start: Path) -> str:
    """The address of `target` for a page in `start`; from another drive, the whole one."""
    try:
        way = os.path.relpath(target, start)
    except ValueError:
        return target.absolute().as_uri()
    return quote(os.fsencode(way.replace(os.sep, "/")))
