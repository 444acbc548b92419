"""What ships as known of the service."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from qwentts_cli.dashscope import catalog as module
from qwentts_cli.dashscope.catalog import Catalog, load_catalog

FOLDER = Path(module.__file__).parent


@pytest.fixture
def catalog() -> Catalog:
    return load_catalog()


def test_every_fact_has_a_source_and_a_day(catalog: Catalog) -> None:
    """Whoever doubts a row can look it up."""
    named = {voice.id: voice.source for voice in catalog.voices.values()}
    named |= {region.name: region.source for region in catalog.regions.values()}
    for model in catalog.models.values():
        named[model.id] = model.source
        for facts in (model.prices, model.ends):
            named |= {
                f"{model.id} {type(fact).__name__} {region}": fact.source for region, fact in facts.items()
            }
    assert len(named) > 190
    for row, name in named.items():
        assert name in catalog.sources, row
    for source in catalog.sources.values():
        assert source.title
        assert date(2026, 1, 1) <= source.date <= date(2026, 11, 25)
    elsewhere = {
        "own-choice",
        "cosyvoice-length",
        "rate-limits",
        "plans",
        "voice-cloning",
        "price-own-voices",
    }
    assert set(named.values()) | elsewhere == set(catalog.sources)


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
        return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))

    monkeypatch.setattr(module, "_read", load)
    module._voices.cache_clear()  # noqa: SLF001 - another test may have filled it
    assert next(voice for voice in Catalog().each_voice() if voice.id == "Cherry").name_zh
    assert read == ["voices-qwen3.toml"]
