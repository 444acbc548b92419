"""What ships as known of the service."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qwentts_cli.dashscope import catalog as module
from qwentts_cli.dashscope.catalog import Catalog, load_catalog
from qwentts_cli.dashscope.catalog.rows import Price, TokenPrice
from qwentts_cli.metered import Metered

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(module.__file__).parent
# What makes a table a statement about the service.
FACTS = {
    "amount",
    "input",
    "requests",
    "units",
    "successor",
    "host",
    "workspace_host",
    "hosts",
    "min_rate",
}


@pytest.fixture
def catalog() -> Catalog:
    return load_catalog()


def each_table(value: object, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """All tables in a file, and where they stand."""
    if isinstance(value, dict):
        yield place, value
        for name, part in value.items():
            yield from each_table(part, f"{place}.{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from each_table(part, f"{place}[{number}]")


def test_every_fact_has_a_source_and_a_day(catalog: Catalog) -> None:
    """Whoever doubts a row can look it up, and no source is there for nothing."""
    used = set()
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name == "sources.toml":
            continue
        for place, table in each_table(tomllib.loads(path.read_text(encoding="utf-8")), path.name):
            assert "source" in table or not FACTS & table.keys(), place
            if "source" in table:
                assert table["source"] in catalog.sources, place
                used.add(table["source"])
    assert used == set(catalog.sources)
    for source in catalog.sources.values():
        assert source.title
        assert date(2026, 1, 1) <= source.date <= date(2026, 11, 25)


def test_every_row_knows_its_source(catalog: Catalog) -> None:
    """A model, a voice and a region, of themselves or of what they are part of."""
    rows: list[Any] = [*catalog.models.values(), *catalog.voices.values(), *catalog.regions.values()]
    for row in rows:
        assert row.source in catalog.sources, row


def test_the_lists_are_whole(catalog: Catalog) -> None:
    """48 voices of Qwen3-TTS and 82 of Qwen-Audio-TTS, in the groups that their pages have."""
    counts = {model.id: len(catalog.voices_of(model)) for model in catalog.models.values()}
    assert len(catalog.voices) == 48 + 82
    assert counts["qwen3-tts-flash"] == 48
    assert counts["qwen3-tts-instruct-flash"] == 24
    assert counts["qwen3-tts-flash-2025-09-18"] == 17
    assert counts["qwen-tts-latest"] == 7
    assert counts["qwen-tts"] == 4
    assert counts["qwen-audio-3.1-tts-flash"] == 68
    assert counts["qwen-audio-3.0-tts-flash"] == 12
    assert counts["qwen-audio-3.0-tts-plus"] == 2


def test_every_name_in_it_is_explained(catalog: Catalog) -> None:
    """Regions, languages, endpoints and default voices are those of the other tables."""
    for model in catalog.models.values():
        assert set(model.regions) | set(model.prices) | set(model.ends) <= set(catalog.regions), model.id
        assert set(model.languages) <= set(catalog.languages), model.id
        assert model.spoken_units <= model.max_units, model.id
        assert bool(model.sample_rates) == ("sample_rate" in model.takes), model.id
        voices = {voice.id for voice in catalog.voices_of(model)}
        assert not voices or model.default_voice in voices, model.id
        for end in model.ends.values():
            assert end.successor in catalog.models, model.id
    for voice in catalog.voices.values():
        assert catalog.models_of(voice), voice.id
        assert set(voice.languages or ()) <= set(catalog.languages), voice.id


def test_prices_are_in_the_currency_of_the_regions_accounts(catalog: Catalog) -> None:
    """Dollars abroad, yuan in China."""
    for model in catalog.models.values():
        for region, price in model.prices.items():
            assert price.currency == ("CNY" if region in {"cn", "qianwen"} else "USD"), (model.id, region)


def test_a_known_voice_of_qwen3_needs_no_other_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual start reads no more than it uses."""
    read: list[str] = []

    def load(name: str) -> object:
        read.append(name)
        return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))

    monkeypatch.setattr(module, "read_table", load)
    module._voices.cache_clear()  # noqa: SLF001 - another test may have filled it
    assert next(voice for voice in Catalog().each_voice() if voice.id == "Cherry").name_zh
    assert read == ["voices-qwen3"]


def test_a_price_is_of_ten_thousand_characters_or_a_million_tokens() -> None:
    """Of text and of sound."""
    price = Price(Decimal("0.8"), "CNY", "s")
    assert price.cost(Metered(2_500)) == Decimal("0.2")
    tokens = TokenPrice(Decimal(2), Decimal(12), Decimal(25), "CNY", "s")
    assert tokens.cost(Metered(9, 500_000, 250_000)) == 1 + 3
