"""What people type, and what is made of it."""

from __future__ import annotations

from datetime import date

import pytest

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.listed_models import ListedModel
from qwentts_cli.dashscope.names import (
    check_tuning,
    choose_language,
    choose_model,
    choose_voice,
    edit_distance,
    end_notice,
    find_owners,
    find_voice,
    takers,
)
from qwentts_cli.dashscope.request import Tuning
from qwentts_cli.errors import UsageError

FLASH, AUDIO = "qwen3-tts-flash", "qwen-audio-3.1-tts-flash"


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("abc", "abc", 0),
        ("abc", "abd", 1),
        ("abc", "ab", 1),
        ("abc", "xabc", 1),
        ("abcd", "abdc", 1),
        ("bacd", "abcd", 1),
        ("abcd", "badc", 2),
        ("ca", "abc", 3),
        ("kitten", "sitting", 3),
        ("cherry", "chrery", 1),
        ("aab", "baa", 2),
        ("ab", "xab", 1),
        ("aaa", "a", 2),
    ],
)
def test_letters_that_differ(left: str, right: str, distance: int) -> None:
    """Added, dropped, replaced, or swapped with a neighbour; the way back is as far."""
    assert edit_distance(left, right) == edit_distance(right, left) == distance


@pytest.mark.parametrize(
    ("typed", "is_slip"),
    [("Chery", True), ("Cheri", True), ("Chry", False), ("Cherrrrry", False), ("xDylan", True)],
)
def test_a_slip_is_two_letters_at_most_and_less_than_half(typed: str, *, is_slip: bool) -> None:
    """Anything else may be newer than this release."""
    if not is_slip:
        assert choose_voice(load_catalog(), typed, FLASH).wire == typed
        return
    with pytest.raises(UsageError, match=f"there is no voice '{typed}'") as raised:
        choose_voice(load_catalog(), typed, FLASH)
    assert raised.value.hint in {"Did you mean Cherry?", "Did you mean Dylan?"}


@pytest.mark.parametrize("typed", ["", " ", "a\x1bb", "x" * 129])
def test_what_is_no_name_is_refused(typed: str) -> None:
    for choose in (choose_model, choose_language):
        with pytest.raises(UsageError, match="that is not the name of a"):
            choose(load_catalog(), typed)
    with pytest.raises(UsageError, match="that is not the name of a voice"):
        choose_voice(load_catalog(), typed, FLASH)
    assert choose_model(load_catalog(), " " + "x" * 128).wire == "x" * 128


def test_a_part_of_a_models_id_gets_the_whole() -> None:
    with pytest.raises(UsageError, match="there is no model 'Instruct-Flash'") as raised:
        choose_model(load_catalog(), "Instruct-Flash")
    assert "qwen3-tts-instruct-flash" in raised.value.hint


@pytest.mark.parametrize("typed", ["dylan", "北京-晓东", "Beijing - Dylan", "Beijing\u2014dylan", "DYLAN "])
def test_a_voice_has_more_than_one_name(typed: str) -> None:
    """Its own, its Chinese one, or the documentation's with a place before it."""
    voice = find_voice(load_catalog(), typed)
    assert voice
    assert voice.id == "Dylan"
    assert find_owners(load_catalog(), typed)[0] == FLASH
    assert find_voice(load_catalog(), f"{typed}x") is None


def test_a_voice_that_no_list_has_is_warned_of_where_there_is_a_list() -> None:
    assert "not in this release's catalogue" in choose_voice(load_catalog(), "Zebulon", FLASH).warning
    for model in ("qwen3-tts-vc-2026-01-22", "qwen9-tts"):
        assert choose_voice(load_catalog(), "Zebulon", model).warning == ""


@pytest.mark.parametrize(
    ("typed", "name"),
    [("AUTO", "Auto"), ("german", "German"), ("de", "German"), ("de-AT", "German"), ("DE_ch", "German")],
)
def test_a_language_has_a_name_and_a_code(typed: str, name: str) -> None:
    """With a country or without."""
    assert choose_language(load_catalog(), typed).wire == name


def test_a_language_that_is_none_is_not_sent() -> None:
    """A slip gets a suggestion, the rest a list: that of the model, if it is known."""
    with pytest.raises(UsageError, match="there is no language 'Germna'") as raised:
        choose_language(load_catalog(), "Germna")
    assert raised.value.hint == "Did you mean German?"
    languages = load_catalog().languages
    for model, codes in (("", languages), (FLASH, load_catalog().models[FLASH].languages)):
        with pytest.raises(UsageError) as raised:
            choose_language(load_catalog(), "klingon", model)
        assert raised.value.hint == f"Use auto, {', '.join(f'{code} ({languages[code]})' for code in codes)}."


def test_a_language_of_other_models_names_them() -> None:
    catalog = load_catalog()
    code = next(code for code in catalog.languages if code not in catalog.models[FLASH].languages)
    with pytest.raises(UsageError, match=f"{FLASH} does not speak {catalog.languages[code]}") as raised:
        choose_language(catalog, code, FLASH)
    assert AUDIO in raised.value.hint
    assert choose_language(catalog, code, AUDIO).wire == catalog.languages[code]


def test_what_a_model_does_not_take_is_refused_with_those_that_do() -> None:
    """And where it was set, if nobody typed it; any model takes a speed."""
    catalog = load_catalog()
    check_tuning(catalog, FLASH, Tuning(speed=1.5, sample_rate=24_000, pitch=1.0))
    check_tuning(catalog, AUDIO, Tuning(pitch=1.5, sample_rate=48_000))
    check_tuning(catalog, "qwen9-tts", Tuning())
    with pytest.raises(UsageError, match=f"^model {FLASH} takes no sample rate$") as raised:
        check_tuning(catalog, FLASH, Tuning(sample_rate=48_000))
    assert AUDIO in raised.value.hint
    with pytest.raises(UsageError, match=rf"^model {FLASH} takes no pitch \(set in a.toml\)$"):
        check_tuning(catalog, FLASH, Tuning(pitch=1.5), {"pitch": "a.toml"})
    with pytest.raises(UsageError, match=f"model {AUDIO} has no sample rate of 11025 Hz") as raised:
        check_tuning(catalog, AUDIO, Tuning(sample_rate=11_025))
    assert "48000" in raised.value.hint


@pytest.mark.parametrize(
    ("ends", "today", "told"),
    [
        ("2026-10-10", date(2026, 10, 10), "ended on 2026-10-10, as the service lists it"),
        ("2026-10-10", date(2026, 10, 9), "ends on 2026-10-10"),
        ("2026-10-10", date(2026, 7, 12), "ends on 2026-10-10"),
        ("2026-10-10", date(2026, 7, 11), ""),
        (None, date(2026, 7, 12), ""),
    ],
)
def test_what_the_service_lists_stands_above_what_was_announced(
    ends: str | None, today: date, told: str
) -> None:
    """Ninety days before."""
    listed = ListedModel(id=FLASH, ends=ends, prices={})
    assert told in end_notice(load_catalog(), FLASH, today, listed)
    assert bool(end_notice(load_catalog(), FLASH, today, listed)) == bool(told)


def test_models_that_end_are_named_last() -> None:
    catalog = load_catalog()
    found = [bool(catalog.models[model].ends) for model in takers(catalog, "instructions")]
    assert found == sorted(found)
    assert len(set(found)) == 2
