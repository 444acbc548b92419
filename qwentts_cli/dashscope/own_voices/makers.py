"""Which of the service's makers of voices makes one for a model, what it takes, and what that costs."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum, unique
from functools import cache
from typing import Any, NamedTuple

from qwentts_cli.dashscope.catalog import read_table
from qwentts_cli.dashscope.catalog.rows import Price
from qwentts_cli.errors import UsageError

_OLD_CLONER = "qwen-voice-enrollment"


@unique
class Kind(StrEnum):
    """How a voice is made: of a recording, or of a description."""

    CLONE = "clone"
    DESIGN = "design"


class SampleLimits(NamedTuple):
    """What is documented of a recording to clone; `max_bytes` counts Base64."""

    min_rate: int
    max_seconds: int
    min_speech_s: int
    advised_seconds: tuple[int, int]
    max_bytes: int
    source: str


class Maker(NamedTuple):
    """One of the service's models that make voices. `prices` of one voice are by kind and region."""

    id: str
    models: tuple[str, ...]
    kinds: tuple[Kind, ...]
    prices: dict[str, dict[str, Price]]

    @property
    def is_older(self) -> bool:
        """Whether it speaks the older language: other verbs, no states, and a voice that is ready at once."""
        return self.id.startswith("qwen-")

    @property
    def takes_data(self) -> bool:
        """Whether a recording goes into the request itself, instead of being uploaded before."""
        return self.id == _OLD_CLONER

    @property
    def takes_transcript(self) -> bool:
        return self.id == _OLD_CLONER

    def makes(self, kind: Kind, model: str) -> bool:
        """Whether it makes such voices for a model."""
        return kind in self.kinds and model.startswith(self.models)


@cache
def _data() -> dict[str, Any]:
    return read_table("own-voices")


def default_model() -> str:
    """The model that a voice is made for where none is named."""
    return str(_data()["default_model"])


def sample_limits() -> SampleLimits:
    """What is documented of a recording."""
    row = _data()["sample"]
    return SampleLimits(**row | {"advised_seconds": tuple(row["advised_seconds"])})


@cache
def load_makers() -> dict[str, Maker]:
    """The makers by their names, the usual one first."""
    return {name: _maker(name, row) for name, row in _data()["makers"].items()}


def find_maker(model: str, kind: Kind) -> Maker:
    """Find who makes such a voice for a model.

    Raises:
        UsageError: nobody does.
    """
    for maker in load_makers().values():
        if maker.makes(kind, model):
            return maker
    those = sorted(
        {start for maker in load_makers().values() if kind in maker.kinds for start in maker.models}
    )
    begin = ", ".join(f"{start}..." for start in those)
    raise UsageError(
        f"no voice can be {kind}{'d' if kind is Kind.CLONE else 'ed'} for {model}",
        hint=f"These models take one: {begin}; without --model it is {default_model()}.",
    )


def bill_name(maker: str, kind: Kind) -> str:
    """What the ledger calls the making of a voice, in the place of a model."""
    return f"{maker} {kind}"


def making_price(name: str, region: str) -> Price | None:
    """What one voice costs, by `bill_name`; `None` where that is not known, or it is no making of a voice."""
    maker, _, kind = name.partition(" ")
    known = load_makers().get(maker) if kind else None
    return known.prices.get(kind, {}).get(region) if known else None


def _maker(name: str, row: dict[str, Any]) -> Maker:
    prices = {
        kind: {
            region: Price(Decimal(price["amount"]), price["currency"], price["source"])
            for region, price in rows.items()
        }
        for kind, rows in row["price"].items()
    }
    return Maker(name, tuple(row["models"]), tuple(map(Kind, row["kinds"])), prices)
