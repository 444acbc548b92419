"""The values a TAB offers, by the name of the parameter they are for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE, load_catalog, load_shipped_catalog
from qwentts_cli.errors import QwenTTSError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typer._click import Context

    from qwentts_cli.dashscope.catalog import Catalog

FILES = frozenset(
    {
        "file",
        "files",
        "lexicon",
        "output",
        "inputs",
        "subtitles",
        "report",
        "join",
        "html",
        "api_key_file",
        "sample",
        "cover",
    }
)
FOLDERS = frozenset({"folder"})
_LONG = 100


def list_own_voices(_context: Context) -> Iterator[tuple[str, str]]:
    from qwentts_cli.settings.own_voices import load_own_voices

    for voice in load_own_voices():
        yield voice.name, f"your own, for {voice.model}"


def _catalog() -> Catalog:
    """What there is to choose from, though something be wrong with the user's own part of it."""
    try:
        return load_catalog()
    except QwenTTSError:
        return load_shipped_catalog()


def list_voices(context: Context) -> Iterator[tuple[str, str]]:
    yield from list_own_voices(context)
    for voice in _catalog().voices.values():
        yield voice.id, voice.description


def list_models(_context: Context) -> Iterator[tuple[str, str]]:
    today = date.today()  # noqa: DTZ011 - as the clock on the wall has it
    for model in _catalog().models.values():
        ended = min((end.date for end in model.ends.values() if end.date <= today), default=None)
        yield model.id, f"ended {ended}; {model.summary}" if ended else model.summary


def list_languages(_context: Context) -> Iterator[tuple[str, str]]:
    for code, name in _catalog().languages.items():
        yield code, name
        yield name, ""
    yield AUTO_LANGUAGE.lower(), "left to the service"


def list_genders(_context: Context) -> Iterator[tuple[str, str]]:
    from qwentts_cli.cli.voices.filters import GENDERS

    for gender in GENDERS:
        yield gender, ""


def list_dialects(_context: Context) -> Iterator[tuple[str, str]]:
    for dialect in sorted({voice.dialect for voice in _catalog().each_voice() if voice.dialect}):
        yield dialect, ""


def list_formats(_context: Context) -> Iterator[tuple[str, str]]:
    from qwentts_cli.audio.formats import AudioFormat

    for format_ in AudioFormat:
        yield format_.value, ""


def list_sample_rates(_context: Context) -> Iterator[tuple[str, str]]:
    for rate in sorted({rate for model in _catalog().models.values() for rate in model.sample_rates}):
        yield str(rate), ""


def list_line_breaks(_context: Context) -> Iterator[tuple[str, str]]:
    from qwentts_cli.settings.schema import LINE_BREAKS

    for how in LINE_BREAKS:
        yield how, ""


def list_regions(_context: Context) -> Iterator[tuple[str, str]]:
    for region in _catalog().regions.values():
        yield region.name, region.title
    yield "sandbox", "a local imitation, free and offline"


def list_profiles(_context: Context) -> Iterator[tuple[str, str]]:
    from qwentts_cli.settings.config import load_config
    from qwentts_cli.settings.paths import config_file

    for name in load_config(config_file()).profiles:
        yield name, ""


def list_settings(_context: Context) -> Iterator[tuple[str, str]]:
    from qwentts_cli.settings.schema import SETTINGS

    for setting in SETTINGS.values():
        yield setting.name, setting.about


def list_commands(context: Context) -> Iterator[tuple[str, str]]:
    """List the commands below those that stand before the cursor."""
    from qwentts_cli.cli.help import GLOBAL_OPTIONS, enter

    found = context.find_root()
    for name in context.params["command"] or ():
        found = enter(found, name)
    for name, command in getattr(found.command, "commands", {}).items():
        if not command.hidden:
            yield name, command.get_short_help_str(_LONG)
    if found.parent is None:
        yield GLOBAL_OPTIONS, "the options that every command takes"


def list_values_of_setting(context: Context) -> Iterator[tuple[str, str]]:
    """List the values of the setting that stands before the cursor."""
    known = VALUES.get({"format": "format_"}.get(context.params["name"], context.params["name"]))
    yield from known(context) if known else ()


# A key of two words is for one command alone.
VALUES: dict[str, Callable[[Context], Iterator[tuple[str, str]]]] = {
    "voice": list_voices,
    "show name": list_voices,
    "preview names": list_voices,
    "wait name": list_own_voices,
    "rename name": list_own_voices,
    "delete names": list_own_voices,
    "model": list_models,
    "language": list_languages,
    "gender": list_genders,
    "dialect": list_dialects,
    "format_": list_formats,
    "line_breaks": list_line_breaks,
    "sample_rate": list_sample_rates,
    "region": list_regions,
    "profile": list_profiles,
    "help command": list_commands,
    "get name": list_settings,
    "set name": list_settings,
    "unset name": list_settings,
    "set value": list_values_of_setting,
}
