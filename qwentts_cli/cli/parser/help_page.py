"""What `--help` shows: examples first, then the command's own options, in groups where there are many."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from typer import echo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from typer._click import Command, Context, HelpFormatter, Parameter

_PROMPT = "$ "
_FEW_OPTIONS = 16
# Of a command with more options than these few, the options by their names; the others are behaviour.
_GROUPS: Final = {
    "What to say": (
        "words inputs names text file lines encoding input_format chapters chapter_pattern split cast markup "
        "lexicon live_wait line_breaks extra_fields column on_empty delimiter allow_outside limit shard"
    ),
    "Which voices": "gender dialect search mine",
    "How to say it": (
        "voice model language instructions optimize_instructions speed pitch volume seed pause "
        "paragraph_pause dub fit"
    ),
    "Where to": (
        "output format_ bitrate sample_rate play subtitles folder output_dir html name portable join title "
        "artist album cover loudness ai_label report jsonl force"
    ),
    "Money": "max_cost max_characters dry_run show yes no_cache refresh retake",
}
_REST = "Behaviour"


class HelpText(Struct, frozen=True):
    """The docstring of a command: its line, its examples, each behind a `$`, and what else it says."""

    line: str
    examples: tuple[str, ...]
    rest: str

    @classmethod
    def read(cls, text: str | None) -> HelpText:
        first, *others = re.split(r"\n\s*\n", inspect.cleandoc(text or "").strip())
        examples = [
            line.removeprefix(_PROMPT)
            for paragraph in others
            for line in paragraph.splitlines()
            if line.startswith(_PROMPT)
        ]
        rest = [paragraph for paragraph in others if not paragraph.startswith(_PROMPT)]
        return cls(first, tuple(examples), "\n\n".join(rest))


def write_help(
    command: Command, context: Context, formatter: HelpFormatter, parameters: Iterable[Parameter]
) -> None:
    """Write the page; `parameters` are the command's own."""
    text = HelpText.read(command.help)
    write_short_help(command, context, formatter)
    if text.rest:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text.rest)
    for title, records in _groups(context, list(parameters)):
        with formatter.section(title):
            formatter.write_dl(records)


def show_short_help(context: Context) -> None:
    """Show on stderr how a command is used, where it was given nothing to do."""
    formatter = context.make_formatter()
    write_short_help(context.command, context, formatter)
    formatter.write_paragraph()
    formatter.write_text(f"All options: '{context.command_path} --help'.")
    echo(formatter.getvalue(), nl=False, err=True)


def write_short_help(command: Command, context: Context, formatter: HelpFormatter) -> None:
    """Write what it is called, what it does, and examples."""
    text = HelpText.read(command.help)
    command.format_usage(context, formatter)
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(text.line)
    if text.examples:
        with formatter.section("Examples"):
            formatter.write("".join(f"  {example}\n" for example in text.examples))


def _groups(context: Context, parameters: list[Parameter]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    is_grouped = len(parameters) > _FEW_OPTIONS
    titles = [*_GROUPS, _REST] if is_grouped else ["Arguments", "Options"]
    records: dict[str, list[tuple[str, str]]] = {title: [] for title in titles}
    for parameter in parameters:
        if record := parameter.get_help_record(context):
            records[_group_of(parameter) if is_grouped else _kind_of(parameter)].append(record)
    return ((title, found) for title, found in records.items() if found)


def _group_of(parameter: Parameter) -> str:
    return next((title for title, names in _GROUPS.items() if parameter.name in names.split()), _REST)


def _kind_of(parameter: Parameter) -> str:
    return "Arguments" if parameter.param_type_name == "argument" else "Options"
