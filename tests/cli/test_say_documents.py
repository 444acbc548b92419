"""`qwentts say`: documents, scripts, marks and lexicons, read back from the sound that was made of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from qwentts_cli.dashscope.catalog import load_catalog
from tests.tones import read_back
from tests.unit.documents.books import write_epub

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

MARKDOWN = "---\ntitle: T\n---\n# A *title*\n\nSee [this](https://x.example) now.\n\n```\ncode\n```\n"
SCRIPT = "Ann: Hello.\n[Bob, slowly] 你好。\nNarrator: Bye.\n"


def said(online: Qwentts, *args: str, stdin: bytes | None = None) -> str:
    online("say", *args, "-o", "out.wav", "--force", "--no-cache", stdin=stdin)
    return " ".join(read_back(online.folder / "out.wav").split())


def longest_silence_s(path: Path) -> float:
    sound, rate = soundfile.read(path)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return float(np.diff(loud).max() / rate)


def test_markdown_is_read_as_a_reader_would(online: Qwentts) -> None:
    """Marks, front matter and code are not spoken, and that is told; `text` speaks all of it."""
    (online.folder / "a.md").write_text(MARKDOWN)
    assert said(online, "-f", "a.md") == "A title. See this now."
    result = online("say", "-f", "a.md", "--dry-run")
    assert "left out of a.md: 1 code block, 1 front matter" in result.stderr
    marks = "title: T # A *title* See [this](https://x.example) now. code"
    assert said(online, "-f", "a.md", "--input-format", "text") == marks


def test_a_page_may_come_from_a_pipe(online: Qwentts) -> None:
    """`curl ... | qwentts say - --input-format html`."""
    assert (
        said(online, "-", "--input-format", "html", stdin=b"<nav>Menu</nav><p>Text &amp; more")
        == "Text & more"
    )


def test_chapters_of_a_book(online: Qwentts) -> None:
    """Those that are wanted, in the order of the book."""
    write_epub(
        online.folder / "b.epub",
        {f"{n}.xhtml": f"<p>Text {n}.</p>" for n in range(1, 5)},
        {f"Chapter {n}": f"{n}.xhtml" for n in range(1, 5)},
    )
    assert said(online, "-f", "b.epub", "--chapters", "2,4") == "Text 2.Text 4."
    result = online("say", "-f", "b.epub", "--chapters", "9", "-o", "x.wav", code=2)
    assert "no chapter 9: the last one is 4" in result.stderr


def test_a_script_has_a_voice_for_each_speaker(online: Qwentts, sandbox: Sandbox) -> None:
    """Each turn is a request in the voice of its speaker, and what is in brackets its instruction."""
    (online.folder / "s.txt").write_text(SCRIPT)
    args = ("-f", "s.txt", "--input-format", "script", "-m", "qwen3-tts-instruct-flash", "-v", "Serena")
    assert said(online, *args, "--cast", "Ann=Cherry,Bob=Ethan", "-j", "1") == "Hello.你好。Bye."
    bodies = [json.loads(record.body)["input"] for record in sandbox.ledger if record.phase == "post"]
    asked = [(body["voice"], body.get("instructions")) for body in bodies]
    assert asked == [("Cherry", None), ("Ethan", "slowly"), ("Serena", None)]


def test_a_cast_makes_a_script_of_a_plain_text(online: Qwentts, sandbox: Sandbox) -> None:
    """Nobody wants to hear the names; a voice that is not listed is told of once."""
    (online.folder / "s.txt").write_text("Ann: Hello.\nBob: Bye.\n")
    assert said(online, "-f", "s.txt", "--cast", "Ann=Cherry,Bob=Ethan") == "Hello.Bye."
    spoken = online("say", "-f", "s.txt", "--cast", "Ann=Unheard,Bob=Ethan", "-o", "x.wav", code=6)
    assert spoken.stderr.count("Unheard is not in this release") == 1
    assert sandbox.ledger


def test_subtitles_name_the_speaker(online: Qwentts) -> None:
    """WebVTT has a place for the name."""
    (online.folder / "s.txt").write_text("Ann: Hello.\nBob: Bye.\n")
    said(
        online,
        "-f",
        "s.txt",
        "--input-format",
        "script",
        "--cast",
        "Ann=Cherry,Bob=Ethan",
        "--subtitles",
        "s.vtt",
    )
    assert "<v Ann>Hello." in (online.folder / "s.vtt").read_text()
    assert "<v Bob>Bye." in (online.folder / "s.vtt").read_text()


def test_a_dry_run_shows_the_chapters(online: Qwentts) -> None:
    """Their numbers are those of --chapters."""
    (online.folder / "n.txt").write_text("第一章\n\n春天。\n\nChapter 2\n\nSummer.\n", encoding="utf-8")
    result = online("say", "-f", "n.txt", "--dry-run", "--show", "chapters")
    assert result.text.splitlines() == [
        "   1  第一章  (13 characters)",
        "   2  Chapter 2  (18 characters)",
    ]


def test_speakers_without_a_voice_are_listed_before_anything_is_sent(
    online: Qwentts, sandbox: Sandbox
) -> None:
    """With their lines, and what may have been meant."""
    (online.folder / "s.txt").write_text(SCRIPT)
    result = online(
        "say", "-f", "s.txt", "--input-format", "script", "--cast", "Anne=Cherry", "-o", "x.wav", code=2
    )
    assert "2 speakers have no voice: Ann, Bob" in result.stderr
    listed = online("batch", "s.txt", "--cast", "Anne=Cherry", "-d", "out", code=2)
    assert "s.txt: 2 speakers have no voice: Ann, Bob" in listed.stderr
    assert "Ann (line 1, 1 turn): did you mean Anne?" in result.stderr
    assert not sandbox.ledger


def test_marks_are_obeyed_only_when_asked(online: Qwentts) -> None:
    """Off by default; a pause is exact; a mistake is told with its place."""
    text = "One.[[pause 2s]] [[say zwei]]Two[[/say]]."
    assert said(online, text) == text
    assert said(online, text, "--markup") == "One.zwei."
    assert 2.0 <= longest_silence_s(online.folder / "out.wav") < 2.5
    result = online("say", "One [[puse 2s]]", "--markup", "-o", "x.wav", code=2)
    assert "there is no mark 'puse', line 1, column 5. Did you mean pause?" in result.stderr


def test_a_lexicon_says_words_otherwise(online: Qwentts) -> None:
    """The sound has the spoken form, and the subtitles the author's word."""
    (online.folder / "words.toml").write_text('Qwen = "千问"\n', encoding="utf-8")
    assert said(online, "I like Qwen.", "--lexicon", "words.toml", "--subtitles", "s.srt") == "I like 千问."
    assert "I like Qwen." in (online.folder / "s.srt").read_text()


def test_a_dry_run_shows_what_would_be_said(online: Qwentts, sandbox: Sandbox) -> None:
    """Replaced words, voices and pauses are marked, and nothing is sent."""
    (online.folder / "words.toml").write_text('Qwen = "千问"\n', encoding="utf-8")
    result = online(
        "say", "I like Qwen.[[pause 1s]][[voice Ethan]] Bye.[[/voice]]",
        "--markup", "--lexicon", "words.toml", "--dry-run", "--show", "text",
    )  # fmt: skip
    assert result.text == "I like Qwen ⟨千问⟩.\n⟨pause 1 s, Ethan⟩\nBye.\n"
    assert not sandbox.ledger


def test_pinyin_goes_to_the_models_that_take_it(online: Qwentts, sandbox: Sandbox) -> None:
    """As the service's own list; for the others it is a mistake, with the models that do."""
    (online.folder / "words.toml").write_text('"重庆" = "chong2 qing4"\n', encoding="utf-8")
    args = ("say", "重庆很大。", "--lexicon", "words.toml", "-o", "x.wav")
    result = online(*args, code=2)
    assert "takes no pinyin" in result.stderr
    assert "qwen-audio-3.0-tts-flash" in result.stderr
    online(*args, "-m", "qwen-audio-3.0-tts-flash", "-v", qwen_audio_voice())
    bodies = [json.loads(record.body)["input"] for record in sandbox.ledger if record.phase == "post"]
    assert [body["hot_fix"] for body in bodies] == [{"pronunciation": [{"重庆": "chong2 qing4"}]}]


def test_words_have_no_format(qwentts: Qwentts) -> None:
    """Nor chapters nor speakers: they are spoken as they were typed, and whoever named one is told so."""
    shown = qwentts("say", "*So*", "--input-format", "markdown", "--dry-run", "--show", "text")
    assert (shown.text, "is for files and pipes" in shown.stderr) == ("*So*\n", True)
    given = ("--chapters", "2", "--cast", "A=Ethan")
    shown = qwentts("say", "A: Hi", *given, "--dry-run", "--show", "text")
    assert all(f"{option} is for files and pipes" in shown.stderr for option in given[::2])


def test_what_is_spoken_apart_is_shown_apart(qwentts: Qwentts) -> None:
    """Pages and chapters of a book, and subtitles; and it is told where there is nothing at all."""
    pages = {"1.xhtml": "<p>One</p>", "2.xhtml": "<p>Two</p>", "3.xhtml": "<p>Three</p>"}
    write_epub(qwentts.folder / "b.epub", pages, {"A": "1.xhtml", "B": "3.xhtml"})
    cue = "{0}\n00:00:0{0},000 --> 00:00:0{0},900\n{1}\n\n"
    (qwentts.folder / "c.srt").write_text(cue.format(1, "One") + cue.format(2, "Two"))
    (qwentts.folder / "d.md").write_text("```\ncode\n```\n")
    show = ("--dry-run", "--show", "text")
    assert qwentts("say", "-f", "b.epub", *show).text == "One\n\nTwo\n\nThree\n"
    assert qwentts("say", "-f", "c.srt", *show).text == "One\nTwo\n"
    assert "nothing in it to speak" in qwentts("say", "-f", "d.md", *show, code=2).stderr


def test_a_speed_goes_to_the_models_that_take_it(online: Qwentts, sandbox: Sandbox) -> None:
    """The sound of the others is stretched here."""
    args = ("say", "[[speed 0.8]]Slowly.", "--markup", "-o", "x.wav", "--force")
    online(*args)
    online(*args, "-m", "qwen-audio-3.0-tts-flash", "-v", qwen_audio_voice())
    bodies = [json.loads(record.body)["input"] for record in sandbox.ledger if record.phase == "post"]
    assert [body.get("rate") for body in bodies] == [None, 0.8]


def qwen_audio_voice() -> str:
    voices = load_catalog().models["qwen-audio-3.0-tts-flash"]
    return voices.default_voice or ""


def test_line_breaks_are_kept_or_joined_as_wanted(online: Qwentts) -> None:
    """In the sound and in the cues; as a setting too."""
    (online.folder / "a.txt").write_text("Here a short\nline goes on.\n")
    for how, cues in (("join", ["Here a short line goes on."]), ("keep", ["Here a short", "line goes on."])):
        said(online, "-f", "a.txt", "--line-breaks", how, "--subtitles", "a.json")
        shown = json.loads((online.folder / "a.json").read_text())["segments"]
        assert [cue["text"] for cue in shown] == cues
    online("config", "set", "line_breaks", "join")
    dry = online("say", "-f", "a.txt", "--dry-run", "--json").json
    assert dry["characters"] == len("Here a short line goes on.")
    assert "expected one of auto, keep, join" in online("say", "Hi.", "--line-breaks", "no", code=2).stderr


def test_words_of_a_lexicon_that_are_nowhere_are_told_once(online: Qwentts) -> None:
    """One of them may be a slip; a batch tells when it has read all of its texts."""
    (online.folder / "l.toml").write_text('Hello = "Hallo"\nWrold = "Welt"\n')
    (online.folder / "a.txt").write_text("Hello, world.")
    told = "1 word of the lexicon not found: Wrold"
    args = ("-f", "a.txt", "--lexicon", "l.toml")
    assert online("say", *args, "--dry-run").stderr.count(told) == 1
    assert online("say", *args, "-o", "a.wav").stderr.count(told) == 1
    batch = ("batch", "a.txt", "-d", "out", "--lexicon", "l.toml")
    assert online(*batch).stderr.count(told) == 1
    assert told not in online(*batch).stderr


def test_a_pause_at_the_end_is_there_to_the_sample(online: Qwentts) -> None:
    """Nothing follows it, and it was asked for."""
    said(online, "One.")
    whole = soundfile.info(online.folder / "out.wav").frames
    said(online, "One. [[pause 1500ms]]", "--markup")
    assert soundfile.info(online.folder / "out.wav").frames == whole + 36_000
    dry = online("say", "One. [[pause 1500ms]]", "--markup", "--dry-run", "--show", "text")
    assert dry.text.split("\n")[:2] == ["One.", "⟨pause 1.5 s⟩"]


def test_what_comes_from_a_pipe_is_told_as_such(online: Qwentts) -> None:
    """No name of a copy in a message, and the chapters of a piped book are listed."""
    page = b"<h1>A</h1><p>One.</p><img src='x'><h1>B</h1><p>Two.</p>"
    piped = ("say", "-", "--input-format", "html", "--dry-run")
    assert "left out of stdin: 1 image" in online(*piped, stdin=page).stderr
    assert online(*piped, "--show", "chapters", stdin=page).text.split()[:2] == ["1", "A"]
    refused = online("say", "-", "--input-format", "epub", "-o", "x.wav", stdin=b"no book", code=2)
    assert refused.stderr.startswith("Error: stdin is no EPUB")


def test_what_is_shown_is_what_is_sent(online: Qwentts) -> None:
    """Wrapped lines are one, white space is what is billed of it, and a line of ornaments is a pause."""
    long = "Der alte Mann ging jeden Morgen durch den Garten, in dem seit vielen"
    (online.folder / "a.txt").write_text(
        f"{long}\nJahren niemand war.\n\n* * *\n\nItem      1\n", encoding="utf-8"
    )
    shown = online("say", "-f", "a.txt", "--dry-run", "--show", "text").text
    assert shown.split("\n")[:3] == [f"{long} Jahren niemand war.", "", "Item 1"]
