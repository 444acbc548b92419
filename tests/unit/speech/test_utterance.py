"""A text of several manners is cut so that each request has one, and nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.dashscope.pairing import Names
from qwentts_cli.documents.lexicon import Entry, Lexicon
from qwentts_cli.documents.model import Manner, Passage, Substitution, as_passages
from qwentts_cli.speech.utterance import Utterance, utter, utter_passages
from qwentts_cli.speech.voice_settings import VoiceSettings, cut_text

NAMES = Names(usual_model="qwen3-tts-flash", usual_voice="Cherry")
CHERRY = VoiceSettings(voice="Cherry", model="qwen3-tts-flash", names=NAMES)
ETHAN = Manner(voice="Ethan")


def uttered(*passages: Passage, voice: VoiceSettings = CHERRY) -> list[Utterance]:
    return list(utter_passages(passages, voice, lambda _warning: None))


@given(st.lists(st.text(max_size=40), max_size=8))
def test_a_text_of_one_manner_is_cut_like_any_text(pieces: list[str]) -> None:
    """In pieces that go on with each other there is no difference."""
    assert list(utter_passages(as_passages(pieces), CHERRY, lambda _warning: None)) == list(
        utter(cut_text(iter(pieces), CHERRY), CHERRY)
    )


def test_a_change_of_manner_or_a_pause_begins_a_request() -> None:
    """What has one manner and no pause goes together."""
    found = uttered(
        Passage(text="One."),
        Passage(text="Two."),
        Passage(text="Three.", manner=ETHAN),
        Passage(text="Four.", manner=ETHAN, pause_s=2.0),
    )
    assert [(u.segment.text, u.voice.voice, u.pause_s) for u in found] == [
        ("One.\n\nTwo.", "Cherry", None),
        ("Three.", "Ethan", None),
        ("Four.", "Ethan", 2.0),
    ]


def test_a_passage_that_goes_on_begins_no_paragraph() -> None:
    """So that no pause between paragraphs is heard where only the voice changes."""
    found = uttered(Passage(text="He said "), Passage(text="go", manner=ETHAN, goes_on=True))
    assert [u.segment.starts_paragraph for u in found] == [True, False]


def test_segments_know_the_lines_of_the_file() -> None:
    """A message about a segment leads to its place in the document."""
    found = uttered(Passage(text="One. " * 200, line=3), Passage(text="Two. " * 200, line=9))
    assert {u.segment.line for u in found} == {3, 9}


def test_what_is_said_differs_from_what_is_shown() -> None:
    """First as the marks say, then as the lexicon does; the segment keeps the author's words."""
    voice = VoiceSettings(voice="Cherry", model="m", names=NAMES, lexicon=Lexicon([Entry("Qwen", "千问")]))
    mark = Substitution(start=0, end=2, spoken="ay")
    (found,) = uttered(Passage(text="AB Qwen.", substitutions=(mark,)), voice=voice)
    assert found.request().text == "ay 千问."
    assert found.segment.text == "AB Qwen."
