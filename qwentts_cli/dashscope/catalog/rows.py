"""The rows of the catalogue."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    import datetime as dt

    from qwentts_cli.metered import Metered

_PRICED_CHARACTERS = 10_000
_PRICED_TOKENS = 1_000_000


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


def read_voice(row: dict[str, Any]) -> Voice:
    lists: dict[str, Any] = {
        name: tuple(row[name]) for name in ("sets", "languages") if row.get(name) is not None
    }
    return Voice(**row | lists)


def read_region(name: str, row: dict[str, Any]) -> Region:
    return Region(name=name, title=row["name"], **{key: row[key] for key in row.keys() - {"name"}})


def read_model(row: dict[str, Any]) -> Model:
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
