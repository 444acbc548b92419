"""Which model speaks with which voice."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.names import choose_model, choose_voice, end_notice, instructions_warning
from qwentts_cli.dashscope.pairing import Names, Pair
from qwentts_cli.errors import UsageError
from qwentts_cli.settings.own_voices import OwnVoice

FLASH, INSTRUCT = "qwen3-tts-flash", "qwen3-tts-instruct-flash"
AUDIO = "qwen-audio-3.1-tts-flash"
PLUS = "qwen-audio-3.0-tts-plus"
OWN = "qwen3-tts-vc-2026-01-22"


def pair(
    model: str | None = None,
    voice: str | None = None,
    *,
    usual_model: str = FLASH,
    usual_voice: str = "Cherry",
) -> Pair:
    names = Names(model=model, voice=voice, usual_model=usual_model, usual_voice=usual_voice)
    return names.pair(load_catalog())


@pytest.mark.parametrize(
    ("model", "voice", "chosen"),
    [
        (None, None, (FLASH, "Cherry")),
        (None, "ethan", (FLASH, "Ethan")),
        (None, "longanhuan_v3.1", (AUDIO, "longanhuan_v3.1")),
        (None, "ABBY_V3.1", (AUDIO, "Abby_v3.1")),
        (None, "longanlingxin", (PLUS, "longanlingxin")),
        (None, "qwen-audio-3.0-tts-plus-tom", (PLUS, "qwen-audio-3.0-tts-plus-tom")),
        (INSTRUCT, None, (INSTRUCT, "Cherry")),
        (AUDIO.upper(), "abby_v3.1", (AUDIO, "Abby_v3.1")),
        (OWN, "my-voice", (OWN, "my-voice")),
        ("cosyvoice-v3-flash", "longanyang", ("cosyvoice-v3-flash", "longanyang")),
    ],
)
def test_names_that_fit_are_taken_without_a_word(
    model: str | None, voice: str | None, chosen: tuple[str, str]
) -> None:
    """Where no model is named, it is one that has the voice; case does not matter."""
    found = pair(model, voice)
    assert (found.model, found.voice, found.warnings) == (*chosen, ())


def test_a_model_without_the_usual_voice_takes_its_own_and_says_so() -> None:
    """Nobody has to know a voice of a model to try it."""
    found = pair(AUDIO)
    assert (found.model, found.voice) == (AUDIO, "longanhuan_v3.1")
    assert found.warnings == (f"{AUDIO} has no voice Cherry; longanhuan_v3.1 is used instead",)


def test_a_model_that_is_only_usual_gives_way_to_a_voice() -> None:
    """A model of the configuration is a habit, a voice on the command line is a wish."""
    assert pair(voice="Dylan", usual_model=AUDIO, usual_voice="Abby_v3.1").model == FLASH
    assert pair(voice="Cherry", usual_model=INSTRUCT).model == INSTRUCT


def test_a_voice_of_the_other_endpoint_is_refused() -> None:
    """It cannot be asked for there; the models that have it are named."""
    with pytest.raises(UsageError, match=f"{FLASH} has no voice Abby_v3.1") as raised:
        pair(FLASH, "abby_v3.1")
    assert raised.value.hint == f"These models have it: {AUDIO}."
    with pytest.raises(UsageError, match="has no voice Cherry") as raised:
        pair("cosyvoice-v3.5-flash", "Cherry")
    assert FLASH in raised.value.hint


def test_another_voice_of_the_same_endpoint_is_only_warned_of() -> None:
    """The service decides, and knows more than the catalogue."""
    assert pair(INSTRUCT, "Dylan").warnings == (f"voice Dylan is not listed for {INSTRUCT}",)
    assert pair(AUDIO, "longanlingxin").warnings == (f"voice longanlingxin is not listed for {AUDIO}",)


def test_a_model_with_voices_of_ones_own_needs_one() -> None:
    """There is nothing that could be chosen for the user."""
    with pytest.raises(UsageError, match=f"the voices of {OWN} are not listed") as raised:
        pair(OWN)
    assert "--voice" in raised.value.hint


def test_another_version_is_no_slip() -> None:
    """Names that differ in a digit only are probably newer than the catalogue."""
    catalog = load_catalog()
    assert "not in this release" in choose_model(catalog, "qwen-audio-3.2-tts-flash").warning
    assert "not in this release" in choose_voice(catalog, "longanhuan_v3.2", AUDIO).warning
    with pytest.raises(UsageError) as raised:
        choose_model(catalog, "qwen-audio-3.1-tts-flahs")
    assert raised.value.hint == f"Did you mean {AUDIO}?"


def test_a_voice_without_its_version_gets_the_versions() -> None:
    """What people remember is the name."""
    with pytest.raises(UsageError) as raised:
        pair(AUDIO, "longanhuan")
    assert raised.value.hint == "Did you mean longanhuan_v3.1 or longanhuan_v3.6?"


def test_an_end_is_told_with_day_source_and_successor() -> None:
    """So that nobody has to believe it."""
    catalog = load_catalog()
    assert end_notice(catalog, FLASH, date(2026, 11, 25)) == ""
    told = end_notice(catalog, INSTRUCT, date(2026, 11, 25))
    assert told.startswith(
        f"model {INSTRUCT} ended on 2026-10-10, as announced for China (Beijing) (Model Studio"
    )
    assert told.endswith("the successor named there is cosyvoice-v3.5-plus")
    assert "ends on 2026-10-10" in end_notice(catalog, INSTRUCT, date(2026, 10, 9))


def test_instructions_that_are_ignored_are_told_with_models_that_follow_them() -> None:
    """Those without an end first."""
    told = instructions_warning(load_catalog(), FLASH)
    assert told.startswith(f"model {FLASH} ignores instructions; these follow them: {AUDIO}, ")
    assert INSTRUCT in told
    assert instructions_warning(load_catalog(), AUDIO) == ""


MINE = OwnVoice(name="mine", id="qwen-vc-1", model=OWN, maker="qwen-voice-enrollment", server="intl")


def pair_own(own: OwnVoice = MINE, *, usual_voice: str = "Cherry", **named: str) -> Pair:
    names = Names(usual_model=FLASH, usual_voice=usual_voice, find_own={own.name: own}.get, **named)
    return names.pair(load_catalog())


def test_a_voice_of_ones_own_speaks_with_its_model() -> None:
    """Whether it was named or is usual; where another model was named, the usual voice gives way."""
    for found in (pair_own(voice="mine"), pair_own(voice="mine", model=OWN), pair_own(usual_voice="mine")):
        assert (found.model, found.voice, found.warnings) == (OWN, "qwen-vc-1", ())
    found = pair_own(model=INSTRUCT, usual_voice="mine")
    assert (found.model, found.voice, found.warnings) == (INSTRUCT, "Cherry", ())
    with pytest.raises(UsageError, match=f"mine was made for {OWN}, and {FLASH} cannot speak with it"):
        pair_own(voice="mine", model=FLASH)


def test_a_voice_that_is_not_ready_does_not_speak() -> None:
    """It would be billed, and give no sound."""
    with pytest.raises(UsageError, match="your voice mine is not ready") as raised:
        pair_own(replace(MINE, status="DEPLOYING"), voice="mine")
    assert "voices wait mine" in raised.value.hint


def test_a_row_stands_above_the_options() -> None:
    """Where it names something."""
    names = Names(model=FLASH, voice="Cherry", usual_model=AUDIO, usual_voice="Abby_v3.1")
    row = names.override(model=None, voice="Dylan")
    assert (row.model, row.voice, row.usual_model) == (FLASH, "Dylan", AUDIO)
    row = names.override(model=INSTRUCT, voice=None)
    assert (row.model, row.voice) == (INSTRUCT, "Cherry")
