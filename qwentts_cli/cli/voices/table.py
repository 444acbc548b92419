"""The voices as a table that fits the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.cli.console.table import TerminalTable
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from qwentts_cli.cli.console.output import Output
    from qwentts_cli.cli.voices.facts import VoiceFacts

# With less room the models are left out: they follow from the voice anyway.
_ROOM_FOR_MODELS = 100
_MARK = "*"


def show_voices(output: Output, voices: list[VoiceFacts]) -> None:
    """Write the table, and below it how many there are and what the mark means."""
    shown = TerminalTable(output)
    has_models = shown.width >= _ROOM_FOR_MODELS
    shown.table.add_column("Name", no_wrap=True, style="cyan")
    shown.table.add_column("中文", no_wrap=True)
    shown.table.add_column("Gender", no_wrap=True)
    shown.table.add_column("Speaks", max_width=16, overflow="fold")
    shown.table.add_column("Character", ratio=3, overflow="fold")
    if has_models:
        shown.table.add_column("Models", ratio=2)
    for voice in voices:
        cells = (voice.id, voice.name_zh, voice.gender, voice.speaks, voice.character)
        shown.table.add_row(*cells, *([_models(voice)] if has_models else []))
    shown.show()
    output.note(_legend(voices, has_models=has_models))


def _models(voice: VoiceFacts) -> str:
    """The models but for dated snapshots, which sound like the one without a date."""
    names = [model for model in voice.models if not model[-1].isdigit()]
    return " ".join(f"{name}{_MARK if name in voice.ended else ''}" for name in names)


def _legend(voices: list[VoiceFacts], *, has_models: bool) -> str:
    facts = [plural(len(voices), "voice")]
    if has_models and any(voice.ended for voice in voices):
        facts.append(f"{_MARK} this model has ended {where_ended()}")
    return "; ".join([*facts, "'qwentts voices show NAME' tells the source"])


def where_ended() -> str:
    """The regions in which models have ended."""
    catalog = load_catalog()
    regions = {region: None for model in catalog.models.values() for region in model.ends}
    return "in " + ", ".join(catalog.regions[region].title for region in regions)
