"""What the makers of voices are asked, and what is made of their answers."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, cast

import pytest

from qwentts_cli.dashscope.own_voices.makers import Kind, load_makers
from qwentts_cli.dashscope.own_voices.voices import (
    Listed,
    Made,
    VoiceOrder,
    create_voice,
    delete_voice,
    list_voices,
    query_voice,
)
from qwentts_cli.errors import NetworkError

if TYPE_CHECKING:
    from qwentts_cli.dashscope.own_voices.client import VoiceClient

NEWER, OLDER = load_makers()["voice-enrollment"], load_makers()["qwen-voice-enrollment"]
DESIGNER = load_makers()["qwen-voice-design"]


class Asked:
    """Takes down what is asked, and gives one answer after the other, the last again and again."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.given: list[dict[str, Any]] = []
        self.parameters: dict[str, Any] | None = None

    def ask(
        self, _maker: str, given: dict[str, Any], *, parameters: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        self.given.append(given)
        self.parameters = parameters
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def client(self) -> VoiceClient:
        return cast("VoiceClient", self)


def order(**facts: Any) -> VoiceOrder:
    return VoiceOrder(
        **{"maker": NEWER, "kind": Kind.CLONE, "model": "m", "name": "mine", "sample": "s"} | facts
    )


def test_a_clone_is_ordered_in_the_language_of_its_maker() -> None:
    """What was not said is not sent."""
    newer = Asked({"voice_id": "v"})
    assert create_voice(newer.client, order(language="de", transcript="no")) == Made("v")
    create_voice(newer.client, order())
    assert newer.given == [
        {
            "action": "create_voice",
            "target_model": "m",
            "prefix": "mine",
            "url": "s",
            "language_hints": ["de"],
        },
        {"action": "create_voice", "target_model": "m", "prefix": "mine", "url": "s"},
    ]
    older = Asked({"voice": "v"})
    create_voice(older.client, order(maker=OLDER, language="de", transcript="Ja."))
    create_voice(older.client, order(maker=OLDER))
    plain = {"action": "create", "target_model": "m", "preferred_name": "mine", "audio": {"data": "s"}}
    assert older.given == [plain | {"text": "Ja.", "language": "de"}, plain]
    assert older.parameters is None


def test_a_design_is_ordered_with_a_preview() -> None:
    """Which comes as Base64, and is no reason to lose the voice if it is damaged."""
    sound = base64.b64encode(b"RIFF").decode()
    for audio, preview in (
        ({"data": sound}, b"RIFF"),
        ({"data": "*"}, b""),
        ({"data": 1}, b""),
        (sound, b""),
    ):
        asked = Asked({"voice": "v", "preview_audio": audio})
        design = order(maker=DESIGNER, kind=Kind.DESIGN, prompt="old", preview="Hi.", language="en")
        assert create_voice(asked.client, design) == Made("v", preview)
        assert (
            asked.given[0].items() >= {"voice_prompt": "old", "preview_text": "Hi.", "language": "en"}.items()
        )
        assert asked.parameters == {"sample_rate": 24_000, "response_format": "wav"}


@pytest.mark.parametrize("output", [{}, {"voice_id": ""}, {"voice_id": None}, {"voice_id": "a b\x1b"}])
def test_a_voice_without_an_id_may_have_been_made(output: dict[str, Any]) -> None:
    """So it is not ordered again."""
    with pytest.raises(NetworkError, match="which voice it made") as raised:
        create_voice(Asked(output).client, order())
    assert (raised.value.maybe_billed, raised.value.retryable) == (True, False)


def test_a_list_is_read_to_its_end() -> None:
    """A page has a hundred, the first is page 0; a list without an end is given up."""
    full = {"voice_list": [{"voice_id": f"v-{number}"} for number in range(100)]}
    asked = Asked(full, {"voice_list": [{"voice_id": "last"}]})
    assert [voice.id for voice in list_voices(asked.client, NEWER)][99:] == ["v-99", "last"]
    assert [(given["page_index"], given["page_size"]) for given in asked.given] == [(0, 100), (1, 100)]
    endless = Asked(full)
    assert len(list(list_voices(endless.client, NEWER))) == 2000
    assert len(endless.given) == 20


def test_what_is_no_voice_is_left_out() -> None:
    """What is not told is empty, and what is told is one line."""
    rows = [
        None,
        {},
        {"voice_id": "a b"},
        {"voice_id": "v", "target_model": "m", "status": "DEPLOYING", "gmt_create": "2026\n 01", "x": 1},
        {"voice_id": "w", "target_model": 5, "status": None},
    ]
    assert list(list_voices(Asked({"voice_list": rows}).client, NEWER)) == [
        Listed("v", NEWER.id, "m", "DEPLOYING", "2026 01"),
        Listed("w", NEWER.id, "", "OK", ""),
    ]
    for odd in ({}, {"voice_list": {"a": 1}}):
        assert list(list_voices(Asked(odd).client, NEWER)) == []


def test_a_voice_is_asked_for_and_deleted_by_its_id() -> None:
    """Each maker calls that otherwise, and one that says nothing has it ready."""
    newer, older = Asked({"status": "DEPLOYING"}), Asked({})
    assert query_voice(newer.client, NEWER, "v") == Listed("v", NEWER.id, "", "DEPLOYING", "")
    assert query_voice(older.client, OLDER, "v") == Listed("v", OLDER.id, "", "OK", "")
    delete_voice(newer.client, NEWER, "v")
    delete_voice(older.client, OLDER, "v")
    assert newer.given == [
        {"action": "query_voice", "voice_id": "v"},
        {"action": "delete_voice", "voice_id": "v"},
    ]
    assert older.given == [{"action": "query", "voice": "v"}, {"action": "delete", "voice": "v"}]
