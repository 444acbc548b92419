"""What is known of the service, read from the files in `catalog/`.

A part is read when it is first asked for, since every command would pay for what it does not use.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from qwentts_cli.metered import Metered

AUTO_LANGUAGE = "Auto"
_PRICED_CHARACTERS = 10_000
_PRICED_TOKENS = 1_000_000
_FOLDER = Path(__file__).with_name("catalog")
# In the order in which a name is looked up.
_VOICE_FILES = ("voices-qwen3.toml", "voices-qwen-audio.toml")


class Source(Struct, frozen=True):
    """Where a fact is from; `date` is the page's own, or the day on which it was read."""

    title: str
    date: dt.date
    url: str = ""

    def __str__(self) -> str:
        return f"{self.title}, {self.date}"


class Region(Struct, frozen=True):
    """A part of the service with its own keys, hosts and models; `console` is where its keys are made."""

    name: str
    title: str
    id: str
    source: str
    host: str | None = None
    workspace_host: str | None = None
    console: str | None = None


class Price(Struct, frozen=True):
    """What 10,000 billed characters cost."""

    amount: Decimal
    currency: str
    source: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}/10k characters"

    def cost(self, metered: Metered) -> Decimal:
        return self.amount * metered.characters / _PRICED_CHARACTERS


class TokenPrice(Struct, frozen=True):
    """What a million tokens of text and of sound cost, of which a second of sound has `tokens_per_s`."""

    input: Decimal
    output: Decimal
    tokens_per_s: Decimal
    currency: str
    source: str

    def __str__(self) -> str:
        return f"{self.input} in, {self.output} out {self.currency}/1M tokens"

    def cost(self, metered: Metered) -> Decimal:
        return (self.input * metered.input_tokens + self.output * metered.output_tokens) / _PRICED_TOKENS


class End(Struct, frozen=True):
    """The day from which a region no longer has a model, as it was announced."""

    date: dt.date
    successor: str
    source: str


class Model(Struct, frozen=True):
    """What can be spoken with.

    `max_units` is the length limit of one request and `spoken_units` what one is given, so that it is spoken
    whole; see `qwentts_cli.text.units`. `languages` are codes, `takes` the options it knows, and prices and
    ends are by region.
    """

    id: str
    endpoint: str
    summary: str
    max_units: int
    spoken_units: int
    rpm: int
    voice_set: str
    regions: tuple[str, ...]
    languages: tuple[str, ...]
    takes: frozenset[str]
    source: str
    prices: dict[str, Price | TokenPrice]
    ends: dict[str, End]
    default_voice: str | None = None
    voice_prefix: str | None = None
    max_instruction_units: int | None = None
    max_instruction_tokens: int | None = None
    sample_rates: tuple[int, ...] = ()

    @property
    def follows_instructions(self) -> bool:
        return "instructions" in self.takes


class Voice(Struct, frozen=True):
    """`sets` are the groups of models that have it, `group` what the vendor's list says of its languages.

    `languages` are codes: `None` for those of its model, and empty where nothing is said of them.
    `own_language` is the one it is at home in, where the list names one.
    """

    id: str
    gender: str
    sets: tuple[str, ...]
    source: str
    name_zh: str = ""
    description: str = ""
    dialect: str | None = None
    accent: str | None = None
    group: str | None = None
    languages: tuple[str, ...] | None = None
    own_language: str | None = None


class Catalog:
    """Regions, languages, models and voices, and where each fact is from."""

    @cached_property
    def _service(self) -> dict[str, Any]:
        return _read("service.toml")

    @property
    def default_region(self) -> str:
        return str(self._service["defaults"]["region"])

    @property
    def default_model(self) -> str:
        return str(self._service["defaults"]["model"])

    @property
    def default_voice(self) -> str:
        return str(self._service["defaults"]["voice"])

    @property
    def audio_host_suffix(self) -> str:
        return str(self._service["audio"]["host_suffix"])

    @property
    def plan_hosts(self) -> list[str]:
        """The hosts for the keys of a Coding or Token Plan."""
        hosts: list[str] = self._service["plans"]["hosts"]
        return hosts

    @property
    def languages(self) -> dict[str, str]:
        """Names by code."""
        languages: dict[str, str] = self._service["languages"]
        return languages

    @cached_property
    def regions(self) -> dict[str, Region]:
        rows = self._service["regions"]
        return {name: Region(name=name, title=row.pop("name"), **row) for name, row in rows.items()}

    @cached_property
    def _models(self) -> dict[str, Any]:
        return _read("models.toml")

    @cached_property
    def models(self) -> dict[str, Model]:
        endpoints = self._models["endpoints"]
        return {row["id"]: _model(endpoints[row["endpoint"]] | row) for row in self._models["models"]}

    @cached_property
    def voices(self) -> dict[str, Voice]:
        return {voice.id: voice for voice in self.each_voice()}

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {name: Source(**row) for name, row in _read("sources.toml").items()}

    def each_voice(self) -> Iterator[Voice]:
        """The voices, of which a search that ends early reads only the first file."""
        for name in _VOICE_FILES:
            yield from _voices(name)

    def endpoint_of(self, model: str) -> str:
        """The endpoint of a model; that of one which is not known goes by the beginning of its name."""
        known = self.models.get(model)
        if known:
            return known.endpoint
        prefixes: dict[str, str] = self._models["prefixes"]
        return next(endpoint for prefix, endpoint in prefixes.items() if model.startswith(prefix))

    def takes(self, model: str, option: str) -> bool:
        """Whether a model has an option; one that is not known, whether its endpoint has it."""
        known = self.models.get(model)
        options = known.takes if known else self._models["endpoints"][self.endpoint_of(model)]["takes"]
        return option in options

    def voices_of(self, model: Model) -> list[Voice]:
        return [voice for voice in self.voices.values() if model.voice_set in voice.sets]

    def models_of(self, voice: Voice) -> list[Model]:
        return [model for model in self.models.values() if model.voice_set in voice.sets]


@cache
def load_catalog() -> Catalog:
    """The catalogue that ships with the program."""
    return Catalog()


def _read(name: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"), parse_float=Decimal)


@cache
def _voices(name: str) -> list[Voice]:
    data = _read(name)
    return [_voice({"source": data["source"]} | row) for row in data["voices"]]


def _voice(row: dict[str, Any]) -> Voice:
    lists: dict[str, Any] = {name: tuple(row[name]) for name in ("sets", "languages") if name in row}
    return Voice(**row | lists)


def _model(row: dict[str, Any]) -> Model:
    prices = row.pop("price", {})
    spoken = row.pop("spoken_units", {})
    return Model(
        voice_set=row.pop("voices"),
        spoken_units=spoken.get("units", row["max_units"]),
        rpm=row.pop("rpm")["requests"],
        regions=tuple(row.pop("regions")),
        languages=tuple(row.pop("languages")),
        takes=frozenset(row.pop("takes")),
        sample_rates=tuple(row.pop("sample_rates", ())),
        prices={region: _price(price) for region, price in prices.items()},
        ends={region: End(**end) for region, end in row.pop("ends", {}).items()},
        **row,
    )


def _price(row: dict[str, Any]) -> Price | TokenPrice:
    return TokenPrice(**_exact(row)) if "input" in row else Price(**_exact(row))


def _exact(row: dict[str, Any]) -> dict[str, Any]:
    """A whole number of TOML is no `Decimal` by itself."""
    return {name: Decimal(value) if isinstance(value, int) else value for name, value in row.items()}
