"""Which value a setting has, and where it came from."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.settings.schema import SETTINGS
from qwentts_cli.storage.private import read_believable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from qwentts_cli.settings.config import Config, Values
    from qwentts_cli.settings.schema import SettingValue

_MAX_KEY_BYTES = 64 << 10
KEY_SOURCES = ("api_key", "api_key_command")
VENDOR_VARIABLES = {"DASHSCOPE_API_KEY": "api_key", "DASHSCOPE_HTTP_BASE_URL": "base_url"}


class Value(Struct, frozen=True):
    """`origin` names the flag, variable or file; `name` is the setting's."""

    name: str
    value: SettingValue
    origin: str

    @property
    def number(self) -> float:
        return float(str(self.value))


class Settings(Struct, frozen=True):
    """All that was set, the strongest layer first: flags, variables, profile, file, vendor's file."""

    layers: tuple[dict[str, Value], ...]

    def first(self, *names: str) -> Value | None:
        """The strongest value of any of `names`; in one layer the earlier name wins."""
        return next((layer[name] for layer in self.layers for name in names if name in layer), None)

    @contextmanager
    def blaming(self, *names: str) -> Iterator[None]:
        """Add to what is found wrong in the block which variable or file gave the values of `names`."""
        try:
            yield
        except UsageError as error:
            found = (self.first(name) for name in names if not self.flag(name))
            origins = [f"{value.name} from {value.origin}" for value in found if value]
            if not origins:
                raise
            raise UsageError(f"{error.message} ({', '.join(origins)})", hint=error.hint) from error

    def flag(self, name: str) -> str | None:
        """The value that an option of the command line gave, if one did."""
        found = self.layers[0].get(name) if self.layers else None
        return str(found.value) if found else None

    def text(self, name: str, default: str) -> str:
        found = self.first(name)
        return str(found.value) if found else default

    def number(self, name: str, default: float) -> float:
        found = self.first(name)
        return found.number if found else default


def resolve(
    *,
    flags: Mapping[str, SettingValue | None],
    environ: Mapping[str, str],
    config: Config,
    profile: str | None,
    vendor_key: Path | None,
) -> Settings:
    """Stack the layers: flag > QWENTTS_* > DASHSCOPE_* > profile > file > vendor's key file.

    Raises:
        UsageError: a value in the environment is not one its setting can have, or the profile does not exist.
    """
    own = {setting.variable: setting.name for setting in SETTINGS.values()}
    layers = [
        {name: Value(name, value, _flag(name)) for name, value in flags.items() if value is not None},
        _from_environment(environ, own),
        _from_environment(environ, VENDOR_VARIABLES),
    ]
    if profile:
        layers.append(_from_file(config.profile(profile), f"profile {profile} in {config.path}"))
    layers.append(_from_file(config.values, str(config.path)))
    resolved = Settings(tuple(layers))
    if vendor_key is None or resolved.first(*KEY_SOURCES):
        return resolved
    return Settings((*layers, _from_vendor_file(vendor_key)))


def _flag(name: str) -> str:
    return "--api-key-file" if name == "api_key" else f"--{name.replace('_', '-')}"


def _from_environment(environ: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Value]:
    found = {
        name: Value(name, SETTINGS[name].read(environ[variable], variable), variable)
        for variable, name in names.items()
        if environ.get(variable, "").strip()
    }
    for value in found.values():
        if not SETTINGS[value.name].has_variable:
            hint = f"Unset {value.origin}, and use 'qwentts config set {value.name}'."
            raise UsageError(f"{value.origin}: only the configuration file says what is run", hint=hint)
    return found


def _from_file(values: Values, origin: str) -> dict[str, Value]:
    if all(name in values for name in KEY_SOURCES):
        raise UsageError(
            f"{origin}: api_key and api_key_command are both set",
            hint="Unset one: 'qwentts config unset api_key'.",
        )
    return {name: Value(name, value, origin) for name, value in values.items()}


def _from_vendor_file(path: Path) -> dict[str, Value]:
    try:
        key = ApiKey(read_believable(path, _MAX_KEY_BYTES)[0].decode("utf-8-sig").strip())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError):
        raise LocalError(
            f"cannot read the key file {path}", hint="Remove it, or set the key in another way."
        ) from None
    return {"api_key": Value("api_key", key, str(path))} if key.secret else {}
