"""The configuration file: TOML, read with errors that show the place and never a value."""

from __future__ import annotations

import re
import stat
import sys
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from qwentts_cli.errors import UsageError
from qwentts_cli.settings.schema import SettingValue, setting
from qwentts_cli.storage.private import read_believable
from qwentts_cli.wording import suggest

if TYPE_CHECKING:
    import os
    from pathlib import Path

PROFILES = "profiles"
_MAX_BYTES = 1 << 20

Values = dict[str, SettingValue]


class Config(Struct, frozen=True):
    """What a configuration file says; an empty one where there is no file."""

    path: Path
    values: Values = field(default_factory=dict)
    profiles: dict[str, Values] = field(default_factory=dict)
    is_exposed: bool = False

    def profile(self, name: str) -> Values:
        """The settings of one profile.

        Raises:
            UsageError: there is no such profile; the message suggests one.
        """
        if name in self.profiles:
            return self.profiles[name]
        hint = suggest(name, self.profiles, "Profiles") if self.profiles else "It has no profiles yet."
        raise UsageError(
            f"there is no profile {name!r} in {self.path}",
            hint=hint,
        )


def load_config(path: Path) -> Config:
    """Read and check the file.

    Raises:
        UsageError: it cannot be read, is not TOML, or has a setting or a value that does not exist.
        LocalError: others own it or can write to it, so it could send the key elsewhere.
    """
    try:
        data, facts = read_believable(path, _MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return Config(path)
    except OSError as error:
        raise UsageError(f"cannot read the configuration {path}: {error.strerror}") from error
    source = _Source(path, _decode(path, data))
    table = source.parse()
    profiles = table.pop(PROFILES, {})
    if not isinstance(profiles, dict):
        raise UsageError(f"{source.place(PROFILES)}: profiles are tables such as [profiles.work]")
    values = source.check(table)
    by_name = {name: source.check(rows, profile=name) for name, rows in profiles.items()}
    has_key = any("api_key" in layer for layer in (values, *by_name.values()))
    return Config(path, values, by_name, is_exposed=has_key and _is_open_to_others(facts))


class _Source(Struct, frozen=True):
    path: Path
    text: str

    def parse(self) -> dict[str, Any]:
        import tomllib

        try:
            return tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            place = re.search(r"line (\d+), column (\d+)", str(error))
            where = f"{self.path}:{place[1]}:{place[2]}" if place else f"{self.path}: at its end"
            raise UsageError(
                f"{where}: the configuration is not valid TOML",
                hint="Mend that line, or run 'qwentts config edit'.",
            ) from None

    def check(self, table: object, *, profile: str | None = None) -> Values:
        if not isinstance(table, dict):
            raise UsageError(f"{self.place(str(profile))}: a profile is a table such as [profiles.work]")
        return {
            name: setting(name, self.place(name, profile)).read(value, self.place(name, profile))
            for name, value in table.items()
        }

    def place(self, name: str, profile: str | None = None) -> str:
        """`path:line:column` of a setting, as far as a look at the lines can tell."""
        wanted, section = f"{PROFILES}.{profile}" if profile else "", ""
        for number, line in enumerate(re.split(r"\r\n|\n|\r", self.text), 1):
            if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line):
                section = re.sub("[\"']", "", header[1])
            found = re.search(rf"\b{re.escape(name)}\b", line.split("=")[0])
            if found and (section == wanted or section.endswith(f".{name}")):
                return f"{self.path}:{number}:{found.start() + 1}"
        return str(self.path)


def _decode(path: Path, data: bytes) -> str:
    if len(data) > _MAX_BYTES:
        raise UsageError(f"the configuration {path} is larger than 1 MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise UsageError(f"{path}:{line}:{column}: the configuration is not UTF-8") from None


def _is_open_to_others(facts: os.stat_result) -> bool:
    return sys.platform != "win32" and bool(facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO))
