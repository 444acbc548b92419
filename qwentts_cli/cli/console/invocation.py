"""One run of the program: its options, its output, and what the settings lead to."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

from qwentts_cli.cli.console.output import Output, make_output
from qwentts_cli.cli.options.flag_groups import FlagGroup
from qwentts_cli.cli.parser.global_options import GlobalOptions, global_options
from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.settings.config import Config, load_config
from qwentts_cli.settings.credentials import ApiKey, decode_key, read_key_file
from qwentts_cli.settings.paths import NOWHERE, config_file, vendor_key_file
from qwentts_cli.settings.resolve import resolve
from qwentts_cli.settings.schema import SETTINGS, SettingValue
from qwentts_cli.speech.context import Context
from qwentts_cli.storage.stdin import STDIN_NAMES, open_stdin

if TYPE_CHECKING:
    import typer

_GLOBAL_SETTINGS = ("region", "base_url", "timeout")


class Invocation(Struct, frozen=True):
    options: GlobalOptions
    output: Output
    config: Config
    context: Context


def begin(context: typer.Context, *groups: FlagGroup, **flags: str | None) -> Invocation:
    """Read the settings; the strongest are `flags`, and what the `groups` have under the name of a setting.

    Raises:
        UsageError: an option, a variable or the configuration file has a value it cannot have.
    """
    options = global_options(context)
    output = make_output(options)
    config = _load_config()
    if config.is_exposed:
        output.warn(f"others can read the key in {config.path}; run: chmod 600 {config.path}")
    if options.region and options.base_url:
        raise UsageError("--region and --base-url name two servers", hint="Give one of them.")
    typed = _read_settings(options, *groups, **flags)
    if options.api_key_file:
        typed["api_key"] = _read_key(options.api_key_file)
    profile = options.profile or os.environ.get("QWENTTS_PROFILE") or None
    settings = resolve(
        flags=typed,
        environ=os.environ,
        config=config,
        profile=profile,
        vendor_key=_vendor_key_file(),
    )
    return Invocation(options, output, config, Context(settings, profile))


def _read_settings(
    options: GlobalOptions, *groups: FlagGroup, **flags: str | None
) -> dict[str, SettingValue]:
    given = {name: getattr(options, name) for name in _GLOBAL_SETTINGS} | flags
    for group in groups:
        given |= {name: value for name, value in asdict(group).items() if name in SETTINGS}
    return {
        name: SETTINGS[name].read(value, f"--{name.replace('_', '-')}")
        for name, value in given.items()
        if value is not None
    }


def _load_config() -> Config:
    try:
        path = config_file()
    except LocalError:  # without a home folder there is no file; whoever would write one is told
        return Config(NOWHERE)
    return load_config(path)


def _vendor_key_file() -> Path | None:
    with suppress(LocalError):
        return vendor_key_file()
    return None


def _read_key(source: str) -> ApiKey:
    if source not in STDIN_NAMES:
        return read_key_file(Path(source))
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("--api-key-file - reads a pipe", hint="Use 'qwentts config init' to type a key.")
    return decode_key(open_stdin("the key").readline())
