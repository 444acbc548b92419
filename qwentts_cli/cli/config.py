"""`qwentts config`: the settings, where they come from, and changing them."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.cli.console.output import Output
from qwentts_cli.cli.console.setup import ask_key, ask_region, read_region
from qwentts_cli.cli.parser.global_options import Command, Group, global_options
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.endpoint import custom_endpoint
from qwentts_cli.dashscope.names import choose_language, choose_model, choose_voice
from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.settings.child import run_program
from qwentts_cli.settings.config import load_config
from qwentts_cli.settings.credentials import ApiKey, check_key, decode_key, mask
from qwentts_cli.settings.edit import close_to_others, make_private, set_value, unset_value
from qwentts_cli.settings.paths import config_file
from qwentts_cli.settings.resolve import KEY_SOURCES
from qwentts_cli.settings.schema import SETTINGS, SettingValue, setting
from qwentts_cli.speech.context import SANDBOX
from qwentts_cli.storage.stdin import open_stdin

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.settings.resolve import Value

_ABOUT = """Show and change the settings.

$ qwentts config init
$ qwentts config set voice Ethan
$ qwentts config list --show-origin
"""
app = typer.Typer(cls=Group, rich_markup_mode=None, no_args_is_help=True, help=_ABOUT)

_Name = Annotated[str, typer.Argument(metavar="NAME", help=f"One of: {', '.join(SETTINGS)}.")]
_SECRET = "api_key"  # noqa: S105 - the name of the setting


@app.command("list", cls=Command)
def list_settings(
    context: typer.Context,
    show_origin: Annotated[bool, typer.Option("--show-origin", help="Say where each comes from.")] = False,
) -> None:
    """List the settings in force; only the end of the key is shown.

    $ qwentts config list
    $ qwentts config list --show-origin
    """
    invocation = begin(context)
    found = {name: _in_force(invocation, name) for name in SETTINGS}
    if invocation.output.is_json:
        invocation.output.document(
            {name: {"value": value, "origin": origin} for name, (value, origin) in found.items() if value}
        )
        return
    invocation.output.lines(
        f"{name}={value}\t{origin}" if show_origin else f"{name}={value}"
        for name, (value, origin) in found.items()
        if value
    )


@app.command("get", cls=Command)
def get_setting(context: typer.Context, name: _Name) -> None:
    """Print one setting; exit 2 if it is not set.

    $ qwentts config get voice
    $ qwentts config get region --profile work
    """
    invocation = begin(context)
    value, origin = _in_force(invocation, setting(name).name)
    if not value:
        raise UsageError(f"{name} is not set", hint=f"Set it with 'qwentts config set {name} VALUE'.")
    if invocation.output.is_json:
        invocation.output.document({name: {"value": value, "origin": origin}})
        return
    invocation.output.lines([value])


@app.command("set", cls=Command)
def set_setting(
    context: typer.Context,
    name: _Name,
    value: Annotated[
        str | None, typer.Argument(metavar="[VALUE]", help="For api_key only -, which reads it from stdin.")
    ] = None,
) -> None:
    """Write one setting into the configuration file.

    $ qwentts config set voice Ethan
    $ qwentts config set region cn --profile work
    $ qwentts config set api_key - < key.txt

    With --profile it goes into that profile of the file.
    """
    if setting(name).name == _SECRET:
        _store(context, name, _secret(value))
    elif value is None:
        raise UsageError(f"config set {name} needs a value")
    else:
        _store(context, name, value)


@app.command("unset", cls=Command)
def unset_setting(context: typer.Context, name: _Name) -> None:
    """Remove one setting from the configuration file.

    $ qwentts config unset voice
    $ qwentts config unset region --profile work

    With --profile it is removed from that profile of the file.
    """
    profile = global_options(context).profile
    if not unset_value(config_file(), setting(name).name, profile=profile):
        raise UsageError(f"{name} is not set in {config_file()}")


@app.command("path", cls=Command)
def show_path(context: typer.Context) -> None:
    """Print the path of the configuration file.

    $ qwentts config path
    $ cp "$(qwentts config path)" copy.toml
    """
    output, path = Output(is_json=global_options(context).json), str(config_file())
    if output.is_json:
        output.document({"path": path})
    else:
        output.lines([path])


@app.command("edit", cls=Command)
def edit_file() -> None:
    """Open the configuration file in $VISUAL or $EDITOR.

    $ qwentts config edit
    $ EDITOR=nano qwentts config edit
    """
    path = make_private(config_file())
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        command = [*shlex.split(editor), str(path)]
        done = run_program(command)
    except (OSError, ValueError) as error:
        raise LocalError(f"cannot start the editor {editor}", hint="Set VISUAL or EDITOR.") from error
    close_to_others(path)
    if done.returncode:
        raise LocalError(f"the editor ended with exit code {done.returncode}")


@app.command("init", cls=Command)
def initialise(context: typer.Context) -> None:
    """Ask for region and key and write them; nothing is sent.

    $ qwentts config init
    $ qwentts config init --profile work
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "config init needs a terminal",
            hint="In a script: qwentts config set region NAME; qwentts config set api_key - < FILE.",
        )
    path, profile = config_file(), global_options(context).profile
    region = ask_region()
    name, value = ask_key(region) if region != SANDBOX else ("", "")
    set_value(path, "region", region, profile=profile)
    if name:
        set_value(path, name, value, profile=profile, instead_of=_other_key_source(name))
    then = f" --profile {shlex.quote(profile)}" if profile else ""
    typer.echo(f'Written to {path}. Try it:\n\n  qwentts say "Hello, world."{then}\n', err=True)


def _in_force(invocation: Invocation, name: str) -> tuple[str, str]:
    found: Value | None = invocation.context.settings.first(name)
    if found:
        secret = found.value.secret if isinstance(found.value, ApiKey) else ""
        return mask(secret) if secret else str(found.value), found.origin
    catalog = load_catalog()
    default = {
        "region": catalog.default_region,
        "model": catalog.default_model,
        "voice": catalog.default_voice,
    }.get(name, "")
    return default, "default"


def _store(context: typer.Context, name: str, text: str | ApiKey) -> None:
    value, profile = setting(name).read(text, "config set"), global_options(context).profile
    config = load_config(config_file())
    layer = config.profiles.get(profile, {}) if profile else config.values
    if name in KEY_SOURCES and (other := _other_key_source(name)) in layer:
        where = f" --profile {shlex.quote(profile)}" if profile else ""
        raise UsageError(
            f"{other} is set there already, and only one of them can be",
            hint=f"First: qwentts config unset {other}{where}.",
        )
    set_value(config_file(), name, _meaningful(name, value), profile=profile)


def _other_key_source(name: str) -> str:
    return next(other for other in KEY_SOURCES if other != name)


def _meaningful(name: str, value: SettingValue) -> str | float:
    """Check what only the catalogue can tell, and write the usual spelling."""
    if isinstance(value, ApiKey):
        return check_key(value, "config set").secret
    catalog = load_catalog()
    checks: dict[str, Callable[[str], str]] = {
        "region": read_region,
        "base_url": lambda text: custom_endpoint(text).base_url,
        "model": lambda text: choose_model(catalog, text).wire,
        "voice": lambda text: choose_voice(catalog, text, catalog.default_model).wire,
        "language": lambda text: choose_language(catalog, text).wire,
    }
    return checks[name](str(value)) if name in checks else value


def _secret(given: str | None) -> ApiKey:
    if given is None:
        if sys.stdin is None or not sys.stdin.isatty():
            raise UsageError("no key was given", hint="Pipe it: qwentts config set api_key - < FILE.")
        return _ask_key()
    if given != "-":
        raise UsageError(
            "a key on the command line can be seen by others",
            hint="Leave it out to be asked, or pipe it: qwentts config set api_key - < FILE.",
        )
    return decode_key(open_stdin("the key").readline())


def _ask_key() -> ApiKey:
    return ApiKey(getpass.getpass("API key (not shown): "))
