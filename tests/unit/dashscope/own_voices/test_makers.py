"""Who makes a voice for which model, and how it is called there."""

from __future__ import annotations

import pytest

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.own_voices.makers import (
    Kind,
    bill_name,
    default_model,
    find_maker,
    load_makers,
    making_price,
    sample_limits,
)
from qwentts_cli.dashscope.own_voices.voices import VoiceOrder
from qwentts_cli.errors import UsageError


@pytest.mark.parametrize(
    ("model", "kind", "maker"),
    [
        ("qwen-audio-3.1-tts-flash", Kind.CLONE, "voice-enrollment"),
        ("cosyvoice-v3.5-plus", Kind.DESIGN, "voice-enrollment"),
        ("qwen3-tts-vc-2026-01-22", Kind.CLONE, "qwen-voice-enrollment"),
        ("qwen3-tts-vd-2026-01-26", Kind.DESIGN, "qwen-voice-design"),
        ("qwen3-tts-vc-2027-01-01", Kind.CLONE, "qwen-voice-enrollment"),
    ],
)
def test_the_maker_follows_from_the_model(model: str, kind: Kind, maker: str) -> None:
    """Also for a model that is newer than this release."""
    assert find_maker(model, kind).id == maker


@pytest.mark.parametrize(
    ("model", "kind"),
    [("qwen3-tts-flash", Kind.CLONE), ("qwen3-tts-vc-2026-01-22", Kind.DESIGN), ("qwen-tts", Kind.DESIGN)],
)
def test_other_models_take_no_own_voices(model: str, kind: Kind) -> None:
    with pytest.raises(UsageError, match=model) as caught:
        find_maker(model, kind)
    assert default_model() in caught.value.hint
    other = {Kind.CLONE: "qwen3-tts-vd-...", Kind.DESIGN: "qwen3-tts-vc-..."}
    assert [other[each] in caught.value.hint for each in Kind] == [each is not kind for each in Kind]


def test_the_data_agrees_with_the_catalogue() -> None:
    """The default is a model that is known, regions and sources exist, and each price has a source."""
    catalog = load_catalog()
    assert default_model() in catalog.models
    assert sample_limits().source in catalog.sources
    for maker in load_makers().values():
        assert set(maker.prices) == set(maker.kinds)
        for rows in maker.prices.values():
            assert set(rows) <= set(catalog.regions)
            assert all(price.source in catalog.sources for price in rows.values())


def test_what_a_voice_costs() -> None:
    """By maker, kind and region; a model that speaks is none of it."""
    price = making_price(bill_name("voice-enrollment", Kind.DESIGN), "intl")
    assert price
    assert (str(price.amount), price.currency) == ("0.20", "USD")
    assert making_price(bill_name("voice-enrollment", Kind.CLONE), "nowhere") is None
    assert making_price("qwen3-tts-flash", "intl") is None


@pytest.mark.parametrize(
    ("name", "newer", "older"),
    [
        ("myvoice", "myvoice", "myvoice"),
        ("My-Voice.2", "myvoice2", "My_Voice_2"),
        ("a-very-long-name-indeed", "averylong", "a_very_long_name"),
        ("老水手", "voice", "voice"),
    ],
)
def test_a_name_fits_each_maker(name: str, newer: str, older: str) -> None:
    """Less than 10 of [0-9a-z], or at most 16 of [0-9A-Za-z_]."""
    for maker, wire in (("voice-enrollment", newer), ("qwen-voice-enrollment", older)):
        order = VoiceOrder(maker=load_makers()[maker], kind=Kind.CLONE, model="m", name=name)
        assert order.wire_name == wire
