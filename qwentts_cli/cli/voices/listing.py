"""`qwentts voices` and `voices list`: the voices, as a table for people or as lines for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.options.flag_groups import spread_flags
from qwentts_cli.cli.voices.facts import each_fact
from qwentts_cli.cli.voices.filters import FilterFlags, read_filters
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.cli.voices.facts import VoiceFacts


@spread_flags
def list_voices(
    context: typer.Context,
    *,
    filters: FilterFlags,
    mine: Annotated[
        bool, typer.Option("--mine", help="Your own voices, as the service lists them; asking is free.")
    ] = False,
) -> None:
    """List the voices, all of them or those you look for.

    $ qwentts voices --language zh --gender female
    $ qwentts voices --search "warm male"

    In a pipe each is a line with TABs between name, Chinese name, gender, languages, dialect, character,
    models, and those of the models that have ended. What is not known is empty.
    """
    if context.invoked_subcommand:  # the group runs this too, as what it does without a command
        return
    catalog = load_catalog()
    run = begin(context)
    if mine:
        if filters != FilterFlags():
            raise UsageError("--mine lists all of your own voices", hint="Leave out the filters.")
        from qwentts_cli.cli.voices.mine import list_mine

        list_mine(run)
        return
    found = read_filters(catalog, filters).select(each_fact(catalog))
    _show(run.output, list(found))


def _show(output: Output, found: list[VoiceFacts]) -> None:
    if output.is_json:
        output.document({"voices": [voice.document() for voice in found]})
    elif not found:
        output.note("no voice is like that; 'qwentts voices' lists them all")
    elif output.is_terminal:
        from qwentts_cli.cli.voices.table import show_voices

        show_voices(output, found)
    else:
        output.lines(_lines(found))


def _lines(voices: list[VoiceFacts]) -> Iterator[str]:
    for voice in voices:
        cells = (
            voice.id,
            voice.name_zh,
            voice.gender,
            ", ".join(voice.languages),
            voice.dialect,
            voice.character,
            " ".join(voice.models),
            " ".join(voice.ended),
        )
        yield "\t".join(cells)
