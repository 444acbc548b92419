"""The user's own `catalog.toml`: models, voices, regions and prices that are added or overridden."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert
from msgspec.structs import asdict

from qwentts_cli.dashscope.catalog import OWN_SOURCE
from qwentts_cli.dashscope.catalog.rows import Source
from qwentts_cli.errors import UsageError
from qwentts_cli.settings.toml_places import TomlPlaces
from qwentts_cli.storage.private import read_believable
from qwentts_cli.wording import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from qwentts_cli.dashscope.catalog import Catalog
    from qwentts_cli.settings.toml_places import TomlPath

_MAX_BYTES = 1 << 20
_DEAREST = 1_000_000
_HOST = re.compile(r"(\{workspace\}\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)
_WORDS = {
    r"Object missing required field (\S+)": r"\1 is missing",
    "int": "a whole number",
    "str": "a text",
    "array": "a list",
    "object": "a table",
    "bool": "true or false",
    "Invalid decimal string": "expected a number",
}
_T = TypeVar("_T", bound=Struct)
_Count = Annotated[int, Meta(ge=1, le=1_000_000)]
_Name = Annotated[str, Meta(min_length=1, max_length=128)]


class _Price(Struct, forbid_unknown_fields=True):
    """Of 10,000 characters."""

    amount: Decimal
    currency: Literal["USD", "CNY"]
    source: str = OWN_SOURCE


class _TokenPrice(Struct, forbid_unknown_fields=True):
    """Of a million tokens."""

    input: Decimal
    output: Decimal
    tokens_per_s: Decimal
    currency: Literal["USD", "CNY"]
    source: str = OWN_SOURCE


class _End(Struct, forbid_unknown_fields=True):
    date: dt.date
    successor: str
    source: str = OWN_SOURCE


class _Model(Struct, forbid_unknown_fields=True):
    id: _Name
    endpoint: Literal["generation", "synthesizer"] | UnsetType = UNSET
    summary: str | UnsetType = UNSET
    max_units: _Count | UnsetType = UNSET
    spoken_units: _Count | UnsetType = UNSET
    rpm: _Count | UnsetType = UNSET
    voices: str | UnsetType = UNSET
    default_voice: str | UnsetType = UNSET
    voice_prefix: str | UnsetType = UNSET
    regions: list[str] | UnsetType = UNSET
    languages: list[str] | UnsetType = UNSET
    takes: list[str] | UnsetType = UNSET
    max_instruction_units: _Count | UnsetType = UNSET
    max_instruction_tokens: _Count | UnsetType = UNSET
    sample_rates: list[_Count] | UnsetType = UNSET
    price: dict[str, dict[str, Any]] | UnsetType = UNSET
    ends: dict[str, dict[str, Any]] | UnsetType = UNSET


class _Voice(Struct, forbid_unknown_fields=True):
    id: _Name
    models: list[str] | UnsetType = UNSET
    gender: Literal["female", "male"] | UnsetType = UNSET
    name_zh: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    dialect: str | UnsetType = UNSET
    accent: str | UnsetType = UNSET
    languages: list[str] | UnsetType = UNSET
    own_language: str | UnsetType = UNSET


class _Region(Struct, forbid_unknown_fields=True):
    host: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    id: str | UnsetType = UNSET
    workspace_host: str | UnsetType = UNSET
    console: str | UnsetType = UNSET


class _Tables(Struct, forbid_unknown_fields=True):
    models: list[dict[str, Any]] = []
    voices: list[dict[str, Any]] = []
    regions: dict[str, dict[str, Any]] = {}


class OwnCatalog:
    """The rows of a file, each with all that is known of it, as `shipped` has its own.

    Raises:
        UsageError: something in it is wrong; the message has the line and the column.
    """

    def __init__(self, path: Path, text: str, date: dt.date, shipped: Catalog) -> None:
        self.source = Source(f"your {path.name}", date)
        self._path = path
        self._text = text
        self._shipped = shipped
        tables = self._convert(self._parse(), _Tables, ())
        self.regions = {name: self._region(name, row) for name, row in tables.regions.items()}
        self.models = dict(self._model(number, row) for number, row in enumerate(tables.models))
        self.voices = dict(self._voice(number, row) for number, row in enumerate(tables.voices))

    def _region(self, name: str, row: dict[str, Any]) -> dict[str, Any]:
        place: TomlPath = ("regions", name)
        known = self._shipped.region_rows.get(name)
        given = self._given(row, _Region, place)
        for key in ("host", "workspace_host"):
            if key in given and not _HOST.fullmatch(given[key]):
                raise self._problem(
                    (*place, key), f"{given[key]!r} is not a host", "Give its name alone, without https://."
                )
        if not known and not given.keys() & {"host", "workspace_host"}:
            raise self._problem(place, f"the new region {name} has no host", 'Add host = "...".')
        return (known or {"name": name, "id": name}) | given | {"source": OWN_SOURCE}

    def _model(self, number: int, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        place: TomlPath = ("models", number)
        given = self._given(row, _Model, place)
        id_, regions = given["id"], [*self._shipped.region_rows, *self.regions]
        known = self._shipped.model_rows.get(id_)
        base = known or {"summary": f"from your {self._path.name}", "voices": id_, "regions": regions}
        endpoint = given.get("endpoint") or (known or {}).get("endpoint") or self._shipped.endpoint_of(id_)
        base = self._shipped.endpoint_row(endpoint) | base | {"endpoint": endpoint}
        options = {option for each in self._shipped.model_rows.values() for option in each["takes"]}
        self._check((*place, "regions"), given.get("regions", ()), regions)
        self._check((*place, "languages"), given.get("languages", ()), self._shipped.languages)
        self._check((*place, "takes"), given.get("takes", ()), options)
        for key, kind in (("price", _read_price), ("ends", lambda _: _End)):
            rows = given.pop(key, {})
            self._check((*place, key), rows, regions)
            read = {name: self._given(each, kind(each), (*place, key, name)) for name, each in rows.items()}
            base = base | {key: base.get(key, {}) | read}
        if "spoken_units" in given or "max_units" in given:
            most = given.get("max_units", base["max_units"])
            spoken = given.get("spoken_units", base.get("spoken_units", {}).get("units", most))
            given["spoken_units"] = {"units": min(spoken, most)}
        if "rpm" in given:
            given["rpm"] = {"requests": given["rpm"]}
        return id_, base | given | ({"source": OWN_SOURCE} if given.keys() - {"id"} else {})

    def _voice(self, number: int, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        place: TomlPath = ("voices", number)
        given = self._given(row, _Voice, place)
        known = self._shipped.voices.get(given["id"])
        models = self._shipped.model_rows | self.models
        self._check((*place, "models"), given.get("models", ()), models)
        self._check((*place, "languages"), given.get("languages", ()), self._shipped.languages)
        if not known and not given.get("models"):
            raise self._problem(place, f"no model has the new voice {given['id']}", 'Add models = ["..."].')
        base: dict[str, Any] = asdict(known) if known else {"gender": ""}
        if "models" in given:
            base["sets"] = tuple(models[model]["voices"] for model in given.pop("models"))
        return given["id"], base | given | {"source": OWN_SOURCE}

    def _given(self, row: object, kind: type[Struct], place: TomlPath) -> dict[str, Any]:
        """What a row says, checked to be of the right kinds."""
        said = asdict(self._convert(row, kind, place))
        for name, value in said.items():
            if isinstance(value, Decimal) and not (value.is_finite() and 0 <= value < _DEAREST):
                raise self._problem((*place, name), "a price is not negative, and no more than anybody pays")
        return {name: value for name, value in said.items() if value is not UNSET}

    def _convert(self, row: object, kind: type[_T], place: TomlPath) -> _T:
        try:
            return convert(row, kind)
        except ValidationError as error:
            what, _, path = str(error).replace("`", "").partition(" - at $")
            inner: list[str | int] = [
                int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path)
            ]
            hint = ""
            if unknown := re.search(r"unknown field (\S+)", what):
                what, inner = f"there is nothing called {unknown[1]!r}", [*inner, unknown[1]]
                hint = suggest(unknown[1], kind.__struct_fields__, "Parts")
            raise self._problem((*place, *inner), _in_plain_words(what), hint) from None

    def _check(self, place: TomlPath, names: Iterable[str], known: Iterable[str]) -> None:
        choices = list(known)
        for number, name in enumerate(names):
            if name not in choices:
                raise self._problem(
                    (*place, name if isinstance(names, dict) else number),
                    f"{name!r} is not known",
                    suggest(name, choices, "There are"),
                )

    def _problem(self, place: TomlPath, what: str, hint: str = "") -> UsageError:
        line, column = TomlPlaces(self._text).find(place)
        return UsageError(f"{self._path}:{line}:{column}: {what}", hint=hint)

    def _parse(self) -> dict[str, Any]:
        import tomllib

        try:
            return tomllib.loads(self._text, parse_float=Decimal)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            found = re.search(r"(.*) \(at line (\d+), column (\d+)\)", str(error))
            where, what = (
                (f":{found[2]}:{found[3]}", found[1]) if found else (": at its end", "it is cut off")
            )
            raise UsageError(f"{self._path}{where}: {what[:1].lower()}{what[1:]}") from None


def read_own_catalog(path: Path, shipped: Catalog) -> OwnCatalog:
    """Read and check the file.

    Raises:
        UsageError: it cannot be read, or something in it is wrong.
        LocalError: others own it or can write to it, so that a host in it could be theirs.
    """
    try:
        data, facts = read_believable(path, _MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8") from None
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{path} is larger than 1 MiB")
    day = dt.datetime.fromtimestamp(facts.st_mtime).astimezone().date()
    return OwnCatalog(path, text.replace("\r\n", "\n"), day, shipped)


def _read_price(row: dict[str, Any]) -> type[Struct]:
    return _Price if "amount" in row else _TokenPrice


def _in_plain_words(what: str) -> str:
    for word, plain in _WORDS.items():
        what = re.sub(rf"\b{word}(?!\w)", plain, what)
    return what[:1].lower() + what[1:]
