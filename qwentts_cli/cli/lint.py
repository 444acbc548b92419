"""`qwentts lint`: what may be read wrong in a text, or costs for nothing, told before it is spoken."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.options.flag_groups import spread_flags
from qwentts_cli.cli.options.speech_flags import VoiceFlags
from qwentts_cli.cli.options.text_flags import TextFlags
from qwentts_cli.documents.piped import Piped, name_typed
from qwentts_cli.documents.reader import DocumentReader
from qwentts_cli.errors import ExitCode
from qwentts_cli.lint.lint import lint_file
from qwentts_cli.lint.remark import Rule
from qwentts_cli.speech.options import SpeechOptions
from qwentts_cli.speech.voice_settings import choose_voice_settings
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.lint.remark import Finding
    from qwentts_cli.speech.voice_settings import VoiceSettings


@spread_flags
def lint(
    context: typer.Context,
    *,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="What to look at; - reads stdin.")
    ] = None,
    voice: VoiceFlags,
    text: TextFlags,
    ignore: Annotated[
        list[Rule] | None, typer.Option("--ignore", help="Leave out one of the rules; may be given again.")
    ] = None,
) -> None:
    """Find what may be read wrongly, or costs money for nothing.

    $ qwentts lint book.txt
    $ qwentts lint chapters/*.txt

    The exit code is 8 if it finds anything. Nothing is sent.
    """
    run = begin(context, voice, text)
    speech = SpeechOptions(lexicon=text.read_lexicon())
    settings = choose_voice_settings(run.context.settings, ConsoleObserver(run.output), speech)
    text.check_one_text()
    reader = DocumentReader(text.encoding, lambda _text: None, text.documents())
    typed = files or [Path("-")]
    found = list(_look_through(typed, reader, settings, ignore or []))
    _show(run.output, found)
    run.output.note(f"{plural(len(found), 'finding')} in {plural(len(typed), 'file')}")
    if found:
        raise typer.Exit(ExitCode.PARTIAL)


def _look_through(
    typed: list[Path], reader: DocumentReader, voice: VoiceSettings, ignored: list[Rule]
) -> Iterator[tuple[str, Finding]]:
    piped = Piped(typed)
    for path in typed:
        read = partial(lint_file, piped.at_hand(path), reader, voice, ignored=ignored)
        for finding in piped.told_as_typed(read):
            yield name_typed(path), finding


def _show(output: Output, found: list[tuple[str, Finding]]) -> None:
    if output.is_json:
        output.document({"findings": [_document(name, finding) for name, finding in found]})
    else:
        output.lines(_line(name, finding) for name, finding in found)


def _line(name: str, finding: Finding) -> str:
    remark, place = finding.remark, finding.place
    where = f"{name}:{place.line}:{place.column}" if place.line else f"{name}: chapter {finding.chapter}"
    more = f", and in {plural(finding.count - 1, 'more place')}" if finding.count > 1 else ""
    option = f" -> {remark.option}" if remark.option else ""
    return f"{where}: {remark.rule}: {remark.message}{more}{option}"


def _document(name: str, finding: Finding) -> dict[str, Any]:
    remark, place = finding.remark, finding.place
    return {
        "file": name,
        "line": place.line or None,
        "column": place.column or None,
        "chapter": finding.chapter or None,
        "rule": remark.rule,
        "text": remark.text,
        "message": remark.message,
        "option": remark.option or None,
        "count": finding.count,
    }
