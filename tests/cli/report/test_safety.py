"""The page runs nothing that was not made for it, and asks nobody for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.report.conftest import HOSTILE, in_chromium

if TYPE_CHECKING:
    from tests.chromium import Browser


@in_chromium
def test_text_is_only_text(page: Browser) -> None:
    """Whatever is in it, nothing of it runs, and every character is shown."""
    assert page.run("rows[1].text") == HOSTILE
    assert page.texts("tbody tr:nth-child(2) .text") == [HOSTILE]
    assert page.texts("tbody tr:nth-child(2) .voice") == [HOSTILE]
    assert page.run("typeof hacked") == "undefined"
    assert not [
        event for event in page.events if event["method"] in {"Log.entryAdded", "Runtime.exceptionThrown"}
    ]


@in_chromium
def test_nothing_comes_from_the_network(page: Browser) -> None:
    """The page asks for the sound and nothing else, and its policy would let nothing else through."""
    page.press("j")
    page.press(" ")
    page.wait("audio.currentTime > 0.02")
    sent = [
        event["params"]["request"]["url"]
        for event in page.events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert len(sent) == 2
    assert all(url.startswith("file:///") for url in sent)
    for attempt in (
        "fetch('http://127.0.0.1:9/').catch(() => 0)",
        "new Image().src = 'http://127.0.0.1:9/'",
        "audio.src = 'http://127.0.0.1:9/'",
        "document.body.append(Object.assign(document.createElement('script'), {text: 'hacked = 3'}))",
    ):
        blocked = "new Promise(yes => { addEventListener('securitypolicyviolation', yes, {once: true});"
        assert page.run(f"{blocked} {attempt}; }}).then(event => event.disposition)") == "enforce"
    assert page.run("typeof hacked") == "undefined"
