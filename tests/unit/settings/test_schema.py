"""What each setting takes, and what is said of the rest."""

from __future__ import annotations

import pytest

from qwentts_cli.errors import UsageError
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.settings.schema import SETTINGS, setting


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("volume", ["0", "100"], ["-1", "101", "+5", "1.0", "1_0", "\u0663", ""]),
        ("seed", ["0", "65535"], ["65536", "-1"]),
        ("sample_rate", ["8000", "48000"], ["7999", "48001"]),
        ("jobs", ["1", "64"], ["0", "65"]),
        ("rpm", ["1", "60000"], ["0", "60001"]),
        ("cache_max_mb", ["0", "999999"], ["1000000", "0000001"]),
        ("speed", ["0.5", "2", ".75", "002", "1.123456"], ["0.49", "2.01", "-1", "1e0", "1.1234567"]),
        ("pitch", ["0.5", "2"], ["0.49", "2.01"]),
        ("timeout", ["0.001", "3600", "1e2"], ["0", "3600.1", "-1", "nan", "inf", "soon"]),
    ],
)
def test_a_number_has_its_bounds(name: str, good: list[str], bad: list[str]) -> None:
    """Both ends are in; other ways to write a number are not taken."""
    for value in good:
        assert float(str(SETTINGS[name].read(value, "x"))) == float(value)
    for value in bad:
        with pytest.raises(UsageError, match=f"x: {name}: expected"):
            SETTINGS[name].read(value, "x")


@pytest.mark.parametrize(
    ("name", "typed", "taken"),
    [
        ("format", " .MP3 ", "mp3"),
        ("line_breaks", "Keep", "keep"),
        ("voice", " Cherry ", "Cherry"),
        ("api_key_command", " pass show 'my key' ", "pass show 'my key'"),
        ("api_key_command", "sh -c 'a | b'", "sh -c 'a | b'"),
        ("budget", "none", "none"),
    ],
)
def test_a_text_is_taken_in_one_form(name: str, typed: str, taken: str) -> None:
    assert SETTINGS[name].read(typed, "x") == taken


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("format", "aiff", "expected one of wav, flac, mp3, opus, ogg, m4a, m4b, pcm"),
        ("voice", "  ", "a text of printable characters"),
        ("voice", "a\x1bb", "a text of printable characters"),
        ("api_key", " ", "expected a key"),
        ("api_key_command", "", "such as 'pass show qwen'"),
        ("api_key_command", "pass\x07", "such as 'pass show qwen'"),
        ("api_key_command", "pass 'a", "is not closed"),
        ("api_key_command", "pass a | head", "no shell runs this"),
        ("budget", "5/month", "such as '20 USD/month'"),
        ("budget", "5 USD", "such as '20 USD/month'"),
        ("budget", "5 USD/week", "such as '20 USD/month'"),
    ],
)
def test_what_is_expected_is_said(name: str, typed: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        SETTINGS[name].read(typed, "x")


@pytest.mark.parametrize(
    ("origin", "begins"),
    [
        ("a.toml:1:1", "a.toml:1:1: cache_max_mb: expected"),
        ("QWENTTS_CACHE_MAX_MB", "QWENTTS_CACHE_MAX_MB: expected"),
        ("--cache-max-mb", "--cache-max-mb: expected"),
    ],
)
def test_the_place_is_named_and_the_setting_once(origin: str, begins: str) -> None:
    with pytest.raises(UsageError) as raised:
        SETTINGS["cache_max_mb"].read("x", origin)
    assert raised.value.message.startswith(begins)


@pytest.mark.parametrize(("value", "kind"), [(True, "bool"), ([], "list"), ({}, "dict"), (None, "NoneType")])
def test_only_texts_and_numbers_are_values(value: object, kind: str) -> None:
    with pytest.raises(UsageError, match=f"x: jobs: expected a text or a number, not a {kind}"):
        SETTINGS["jobs"].read(value, "x")
    assert SETTINGS["jobs"].read(5, "x") == 5


def test_a_key_that_is_hidden_already_stays_as_it_is() -> None:
    key = ApiKey("sk-canary0123456789", "x")
    assert SETTINGS["api_key"].read(key, "y") is key


def test_a_setting_that_is_not_there_has_its_place_and_a_likely_one() -> None:
    with pytest.raises(UsageError, match=r"^a.toml:1:1: there is no setting 'voise'$") as raised:
        setting("voise", "a.toml:1:1")
    assert "voice" in raised.value.hint
    with pytest.raises(UsageError, match=r"^there is no setting 'voise'$"):
        setting("voise")
    assert setting("voice").variable == "QWENTTS_VOICE"
