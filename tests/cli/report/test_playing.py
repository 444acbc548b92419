"""The sound behind the page, by key and one after the other."""

from __future__ import annotations

import http.server
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.cli.report.conftest import NOW, ODD_NAME, in_chromium, sound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chromium import Browser


@in_chromium
def test_sound_plays_from_the_disk(page: Browser) -> None:
    """A file with every sign that means something in an address, in a folder with such a name."""
    page.press("j")
    page.press(" ")
    page.wait("audio.currentTime > 0.02")
    seconds = (len(sound("tonetone")) - 44) / 48_000
    assert page.run("audio.duration") == pytest.approx(seconds, abs=0.01)
    assert page.run("document.querySelectorAll('audio').length") == 1
    assert page.texts("#title") == [ODD_NAME]


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Keep stderr clean."""


@pytest.fixture
def web(report: Path) -> Iterator[str]:
    """The address of the report on a web server."""
    handler = partial(Silent, directory=report.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/report.html"
        server.shutdown()
        thread.join()


@in_chromium
def test_sound_plays_from_a_server(browser: Browser, web: str) -> None:
    """The folder may be put on the web as it is."""
    browser.open(web)
    browser.press("j")
    browser.press(" ")
    browser.wait("audio.currentTime > 0.02")
    browser.open("about:blank")


@in_chromium
def test_keys_move_and_play(page: Browser) -> None:
    """With j and k, and space to play and pause; sound follows only while it plays, and leaps what failed."""
    for key in "jjk":
        page.press(key)
    assert page.run(NOW) == 1
    assert page.run("audio.paused") is True
    assert page.run("document.activeElement === items.children[0]") is True
    page.press(" ")
    page.wait("!audio.paused && loaded.number === 1")
    assert page.texts("tr.playing .number") == ["1"]
    page.press("j")
    page.wait("!audio.paused && loaded.number === 2")
    page.press(" ")
    page.wait("audio.paused")
    page.press("j")
    assert page.run("[audio.paused, loaded.number, shown[current].number]") == [True, 2, 3]
    page.press(" ")
    page.press("j")
    page.wait("audio.paused && shown[current].number === 4")
    page.press("j")
    page.press("j")
    page.wait("!audio.paused && loaded.number === 6")
    for _ in range(9):
        page.press("k")
    assert page.run(NOW) == 1


@in_chromium
def test_space_without_a_choice_plays_the_first(page: Browser) -> None:
    """And on a button it is the button's."""
    page.press(" ")
    page.wait("!audio.paused && loaded.number === 1")
    page.run("items.children[1].querySelector('[data-play]').focus()")
    page.press(" ")
    page.wait("!audio.paused && loaded.number === 2")


@in_chromium
def test_it_plays_through(page: Browser) -> None:
    """If asked to, the next item with a sound follows; else it ends."""
    page.run("document.getElementById('on').click(); mark(2); toggle(shown[2])")
    page.wait("!audio.paused && loaded.number === 3 && audio.duration > 0")
    page.run("audio.currentTime = audio.duration - 0.01")
    page.wait("!audio.paused && loaded.number === 6 && audio.duration > 0")
    page.run("document.getElementById('on').click(); audio.currentTime = audio.duration - 0.01")
    page.wait("audio.ended && !wanted")
    assert page.run(NOW) == 6


@in_chromium
def test_a_lost_file_is_told(page: Browser) -> None:
    """Silence without a word would look like a silent recording."""
    page.run("mark(6); toggle(shown[6])")
    page.wait("audio.error && !document.getElementById('trouble').hidden")
    assert "part/0007.wav cannot be played" in page.texts("#trouble")[0]
    page.press("j")
    page.press(" ")
    page.wait("!audio.paused && loaded.number === 8")
    assert page.texts("#trouble") == []
