"""`qwentts voices show`: everything about one voice."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import asdict

from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.cli.voices.facts import describe, describe_own
from qwentts_cli.dashscope.catalog import Catalog, load_catalog
from qwentts_cli.dashscope.names import choose_voice, find_voice
from qwentts_cli.errors import UsageError
from qwentts_cli.speech.own_voices.lookup import find_own_voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.cli.voices.facts import VoiceFacts
    from qwentts_cli.settings.own_voices import OwnVoice

_NAME_WIDTH = 13


def show(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="A voice.")]
) -> None:
    """Show everything about one voice, and the command that uses it.

    $ qwentts voices show Cherry
    $ qwentts voices show "Beijing - Dylan"
    """
    catalog = load_catalog()
    run = begin(context)
    output = run.output
    if own := find_own_voice(run.context.settings, output.warn, name):
        _show_own(output, catalog, own)
        return
    voice = find_voice(catalog, name)
    if voice is None:
        choose_voice(catalog, name, catalog.default_model)
        raise UsageError(f"there is no voice {name!r} in the catalogue", hint="See 'qwentts voices'.")
    facts = describe(catalog, voice, datetime.now().astimezone().date())
    if output.is_json:
        output.document(facts.document())
    else:
        output.lines(_lines(catalog, facts))


def _show_own(output: Output, catalog: Catalog, own: OwnVoice) -> None:
    facts = describe_own(catalog, own)
    if output.is_json:
        output.document(facts.document() | {"own": asdict(own)})
        return
    rows = {"id": own.id, "status": own.status, "made by": own.maker, "made at": own.server}
    rows |= {"made on": own.created}
    output.lines(
        [*_lines(catalog, facts), *(f"{n:<{_NAME_WIDTH}} {value}" for n, value in rows.items() if value)]
    )


def _lines(catalog: Catalog, voice: VoiceFacts) -> Iterator[str]:
    names = ("name", "Chinese name", "gender", "dialect", "accent", "character", "languages")
    values = (voice.id, voice.name_zh, voice.gender, voice.dialect, voice.accent, voice.character)
    rows = [*zip(names, (*values, ", ".join(voice.languages)), strict=True)]
    for number, model in enumerate(voice.models):
        rows.append(("" if number else "models", _model(catalog, model)))
    if voice.source:
        rows += [("source", str(voice.source)), ("", voice.source.url)]
    rows.append(("to use it", voice.command))
    for name, value in rows:
        if value:
            yield f"{name:<{_NAME_WIDTH}} {value}"


def _model(catalog: Catalog, model: str) -> str:
    """A model, and where and when it ends."""
    ends = catalog.models[model].ends if model in catalog.models else {}
    told = (f"until {end.date} in {catalog.regions[region].title}" for region, end in ends.items())
    return ", ".join((model, *told))
