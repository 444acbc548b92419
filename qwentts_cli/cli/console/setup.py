"""The questions of `qwentts config init`: each is asked again until the answer can be right."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, TypeVar

import typer

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.endpoint import find_region
from qwentts_cli.errors import QwenTTSError
from qwentts_cli.redact import safe
from qwentts_cli.settings.credentials import ApiKey, check_key, looks_like_key
from qwentts_cli.settings.schema import setting
from qwentts_cli.speech.context import SANDBOX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from qwentts_cli.dashscope.catalog.rows import Region

    _Answer = TypeVar("_Answer")

_TYPED = "what you typed"


def ask_region() -> str:
    """Ask where the key was made; those regions come first that are known to speak."""
    catalog = load_catalog()
    speaking = {region for model in catalog.models.values() for region in model.regions}
    regions = list(catalog.regions.values())
    _tell("A key works only where it was made:")
    _list_regions(region for region in regions if region.name in speaking)
    _tell(f"  {SANDBOX:<10} a local imitation, free and offline, without a key")
    _tell("These are not known to speak:")
    _list_regions(region for region in regions if region.name not in speaking)
    return _ask_until_right("Region of your key", read_region, default=catalog.default_region)


def read_region(typed: str) -> str:
    """The name of a region as it is stored."""
    return SANDBOX if typed.strip().lower() == SANDBOX else find_region(typed).name


def ask_key(region: str) -> tuple[str, str]:
    """Ask for the key, or for the program that keeps it; gives the setting's name and value."""
    if console := load_catalog().regions[region].console:
        _tell(f"Its keys are made here: {console}")
    key = _ask_until_right(None, _read_key)
    if key:
        return "api_key", key
    _tell("A password manager can keep it: 'pass show qwen', 'op read op://Private/Qwen/key', or the like.")
    return "api_key_command", _ask_until_right("Command that prints the key", _read_command)


def _read_key(typed: str) -> str:
    """The key, checked as far as can be done without asking the service; empty where there is none."""
    if not typed.strip():
        return ""
    key = check_key(ApiKey(typed), _TYPED).secret
    if looks_like_key(key) or typer.confirm("Keys begin with sk- and are longer. Keep it?", err=True):
        return key
    return _ask_until_right(None, _read_key)


def _read_command(typed: str) -> str:
    return str(setting("api_key_command").read(typed, _TYPED))


def _ask_until_right(
    question: str | None, check: Callable[[str], _Answer], *, default: str | None = None
) -> _Answer:
    """Ask `question`, or for a key where it is `None`, until `check` takes the answer."""
    while True:
        try:
            return check(typer.prompt(question, default=default, err=True) if question else _ask_hidden())
        except QwenTTSError as error:
            _tell(safe(f"{error.message[:1].upper()}{error.message[1:]}. {error.hint}".strip()))


def _ask_hidden() -> str:
    try:
        return getpass.getpass("API key (not shown; Enter if a program keeps it): ")
    except EOFError:
        raise typer.Abort from None


def _list_regions(regions: Iterable[Region]) -> None:
    for region in regions:
        _tell(f"  {region.name:<10} {region.title}")


def _tell(text: str) -> None:
    typer.echo(text, err=True)
