"""The page of `voices preview --html`, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.chromium import CHROMIUM, Browser
from tests.conftest import Qwentts, at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VOICES = ("Cherry", "Ethan", "Dylan", "Ono Anna", "Abby_v3.1")
NAMES = "[...document.querySelectorAll('#voices .name')].map(one => one.textContent)"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("previews 声音 #1")
    with Sandbox(voice_engine="tones") as server:
        at(Qwentts(folder, folder), server)("voices", "preview", *VOICES, "--html", "voices.html")
    return folder / "voices.html"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser, written: Path) -> Browser:
    """The page, just opened from the disk on a desktop, by somebody without favourites."""
    browser.resize(1280, 900)
    browser.open(written.as_uri()).run("localStorage.clear()")
    return browser.open(written.as_uri())


def test_it_is_one_file_that_loads_nothing(page: Browser, written: Path) -> None:
    """It can be sent to somebody; nothing but its own script runs in it."""
    assert page.run(NAMES) == list(VOICES)
    assert page.texts("#count") == ["5 voices"]
    loaded = [
        event["params"]["request"]["url"] for event in page.events if "requestWillBeSent" in event["method"]
    ]
    assert [url for url in loaded if not url.startswith(("file:", "blob:"))] == []
    assert not [
        event for event in page.events if event["method"] in {"Log.entryAdded", "Runtime.exceptionThrown"}
    ]
    assert re.search("Content-Security-Policy\" content=\"default-src 'none'", written.read_text())


def test_every_voice_plays(page: Browser) -> None:
    """By a click and by the keys; one at a time."""
    page.run("document.querySelectorAll('.play-button')[1].click()")
    page.wait("audio.currentTime > 0")
    assert page.run("[loaded.id, audio.paused]") == ["Ethan", False]
    page.press("j")
    page.wait("loaded.id === 'Dylan' && audio.currentTime > 0")
    assert page.run("document.querySelectorAll('.playing').length") == 1
    page.press(" ")
    assert page.run("audio.paused") is True


def test_voices_are_found(page: Browser) -> None:
    """By words in both languages, language or dialect, gender and model."""
    page.press("/")
    for key in "芊":
        page.press(key)
    assert page.run(NAMES) == ["Cherry"]
    page.press("Escape")
    for control, value, found in (
        ("speaks", "Beijing", ["Dylan"]),
        ("gender", "male", ["Ethan", "Dylan"]),
        ("model", "qwen-audio-3.1-tts-flash", ["Abby_v3.1"]),
    ):
        page.run(f"{control} = document.getElementById('{control}')")
        page.run(f"{control}.value = '{value}', {control}.onchange()")
        assert page.run(NAMES) == found
        page.run(f"{control}.value = '', {control}.onchange()")
    assert page.run(NAMES) == list(VOICES)


def test_favourites_stay(page: Browser, written: Path) -> None:
    """Also when the page is opened again, and they can be seen alone."""
    page.press("j")
    page.press("j")
    page.press("s")
    page.open(written.as_uri())
    page.press("f")
    assert page.run(NAMES) == ["Ethan"]
    assert page.run("document.querySelector('.star').getAttribute('aria-pressed')") == "true"
    page.press("f")
    assert page.run(NAMES) == list(VOICES)


def test_a_click_copies_what_uses_the_voice(page: Browser) -> None:
    """A name with a space is quoted, so that it can be pasted into a shell."""
    page.run("copied = '', navigator.clipboard.writeText = async text => { copied = text; }")
    page.run("document.querySelectorAll('.copy')[3].click()")
    assert page.run("copied") == "-v 'Ono Anna' -m qwen3-tts-flash"
    page.press("k")
    page.press("c")
    assert page.run("copied") == "-v Dylan -m qwen3-tts-flash"


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_it_is_good_on_a_phone(page: Browser, width: int) -> None:
    """Nothing is wider than the screen, and what is to be tapped is large enough."""
    page.resize(width, 800)
    assert page.run("document.documentElement.scrollWidth") <= width
    sizes = page.run(
        "[...document.querySelectorAll('.round, .tools button, .tools select')].filter(one =>"
        " one.checkVisibility()).map(one => one.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 39
    labels = page.run(
        "[...document.querySelectorAll('button')].filter(one => !one.textContent.trim() &&"
        " !one.getAttribute('aria-label')).length"
    )
    assert labels == 0
