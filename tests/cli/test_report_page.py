"""`--report`: the page in a real browser, and the lines for scripts."""

from __future__ import annotations

import http.server
import json
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.cli.report_page import check_report_path, relative_url, write_report
from qwentts_cli.errors import LocalError, RejectedError, UsageError
from qwentts_cli.sandbox.engine import Utterance
from qwentts_cli.sandbox.tones import ToneVoice
from qwentts_cli.sandbox.wav import wav_file
from qwentts_cli.synthesis.outcome import Gap, Outcome, Status
from tests.chromium import CHROMIUM, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

in_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
COUNT = 60
FAILED = (4, 5, 23)
CHINESE = "清晨的阳光照在湖面上，远处传来几声鸟鸣。"
LONG = "It was the best of mornings, and a wind came up the valley. " * 10
ODD_NAME = "第一章 100% #1 \"q\" 'a' & b?; [x].wav"
HOSTILE = (
    "</script><script>hacked = 1</script><!-- <script> --><img src=x onerror=hacked=2>\u2028{{rows}}&lt;"
)
NOW = "shown[current]?.number"
REFUSAL = RejectedError(
    "the service refused it", hint="Change it.", service_code="DataInspectionFailed", request_id="r-1"
)


def sound(text: str) -> bytes:
    return wav_file(b"".join(ToneVoice().speak(Utterance(text, "Cherry"))))


def make_outcomes(folder: Path) -> Iterator[Outcome]:
    """Every item with a sound of its own length, save the failed ones; the file of the seventh is lost."""
    folder.mkdir(exist_ok=True)
    texts = {1: CHINESE, 2: HOSTILE, 3: LONG, 6: "Ｆｕｌｌ width", 10: "x" * 200}
    voices = {2: HOSTILE, 10: f"qwen-tts-vc-{'y' * 50}"}
    for number in range(1, COUNT + 1):
        output = folder / {1: ODD_NAME}.get(number, f"part/{number:04}.wav")
        is_failed = number in FAILED
        if not is_failed and number != 7:
            output.parent.mkdir(exist_ok=True)
            output.write_bytes(sound("tone" * (number % 5 + 1)))
        yield Outcome(
            number=number,
            source=f"list.jsonl:{number}",
            output=output,
            voice=voices.get(number, "Ethan" if number % 2 else "Cherry"),
            model="qwen3-tts-flash",
            status=Status.FAILED if is_failed else Status.SKIPPED if number == 8 else Status.MADE,
            text=texts.get(number, f"This is item {number}."),
            duration_s=0.0 if is_failed else 65.4,
            characters=1234,
            billed=0 if is_failed else 1234,
            requests=1,
            request_ids=("r-1",),
            gaps=(Gap(3, 14, 12),) if number == 9 else (),
            error=REFUSAL if is_failed else None,
        )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a folder #1 100% 录音")
    path = folder / "report.html"
    summary: dict[str, str | int | float] = {"items": COUNT, "duration": "1 min <b>", "characters": 73_806}
    write_report(
        path,
        make_outcomes(folder / "audio"),
        folder=folder / "audio",
        title="A </title> & B",
        summary=summary,
    )
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser, report: Path) -> Browser:
    """The report, just opened from the disk on a desktop."""
    browser.resize(1280, 900)
    return browser.open(report.as_uri())


@in_chromium
def test_an_item_is_a_row(page: Browser) -> None:
    """With all that is known of it, and the sums above."""
    assert page.texts(".figures div") == ["items60", "duration1 min <b>", "characters73,806"]
    assert page.texts("h1") == [page.run("document.title")] == ["A </title> & B"]
    assert page.run("items.children.length") == COUNT
    cells = page.run("[...items.children[0].cells].map(cell => cell.innerText.trim())")
    assert cells[1:] == ["1", f"{CHINESE}\n\n{ODD_NAME} list.jsonl:1", "Ethan", "1:05", "1,234", "made"]
    assert page.texts(".error") == ["the service refused it. Change it."] * len(FAILED)
    assert page.texts(".gaps") == [
        "Left out, since the service refused it: line 3, column 14 (12 characters)"
    ]
    assert page.texts("tr.failed [data-play]") == []
    assert page.texts("tr.skipped .status") == ["skipped"]


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
def test_a_long_text_is_cut(page: Browser) -> None:
    """And there for who asks."""
    assert page.texts("tbody tr:nth-child(3) .text") == [f"{LONG[:300]}…"]
    page.run("document.querySelector('tbody tr:nth-child(3) [data-more]').click()")
    assert page.texts("tbody tr:nth-child(3) .text") == [LONG.strip()]
    assert page.texts("[data-more]") == ["less"]


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
def test_search_finds_text_name_and_voice(page: Browser) -> None:
    """In any case and width, all words of it; typing is not steering."""
    for typed, numbers in (
        ("湖面", [1]),
        ("FULL wid", [6]),
        ("0012.wav", [12]),
        ("item ethan 11", [11]),
        ("jjj", []),
    ):
        page.press("Escape")
        page.press("/")
        for key in typed:
            page.press(key)
        assert page.run("search.value") == typed
        assert page.run("shown.map(row => row.number)") == numbers
        assert page.texts("#count") == [f"{len(numbers)} of 60 items"]
        assert page.texts("#empty") == ([] if numbers else ["Nothing matches."])
    page.press("Escape")
    assert page.run("[search.value, items.children.length]") == ["", COUNT]
    page.press("/")
    for key in "湖面":
        page.press(key)
    page.press("Enter")
    assert page.run("document.activeElement.querySelector('.number').textContent") == "1"


@in_chromium
def test_failures_can_be_seen_alone(page: Browser) -> None:
    """By button or key, and back."""
    assert page.texts("#failed") == ["Failed 3"]
    page.run("document.getElementById('failed').click()")
    assert page.texts(".number") == [str(number) for number in FAILED]
    assert page.run("document.getElementById('failed').getAttribute('aria-pressed')") == "true"
    page.press("f")
    assert page.run("items.children.length") == COUNT


@in_chromium
def test_the_keys_are_told(page: Browser) -> None:
    """In a dialogue that has the focus and that Escape closes; meanwhile no key steers."""
    page.press("?")
    assert "Play or pause" in page.texts("dialog")[0]
    page.press("j")
    assert page.run("[current, document.activeElement.textContent]") == [-1, "Close"]
    page.press("Escape")
    assert page.texts("dialog") == []


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


@in_chromium
@pytest.mark.parametrize("width", [320, 375, 1280])
def test_it_fits_every_screen(page: Browser, width: int) -> None:
    """Nothing is to be scrolled sideways, and to a screen reader it is a table everywhere."""
    page.resize(width, 800)
    page.press(" ")
    assert page.run("document.documentElement.scrollWidth === document.documentElement.clientWidth")
    assert page.run(
        "[...items.querySelectorAll('td')].every(td => td.getBoundingClientRect().right <= innerWidth)"
    )
    assert page.run("Math.min(...[...items.querySelectorAll('.words')].map(one => one.clientWidth))") > 240
    numbers = "[...items.querySelectorAll('.number')].map(one => one.firstChild)"
    lines = (
        "all => { const range = new Range(); range.selectNode(all); return range.getClientRects().length }"
    )
    assert page.run(f"Math.max(...{numbers}.map({lines}))") == 1
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
    assert (roles.count("table"), roles.count("row")) == (1, COUNT + 1)
    assert roles.count("columnheader") == 7
    names = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == "button"]
    assert all(names)
    assert "Play part/0006.wav" in names


@in_chromium
def test_it_is_dark_at_night(page: Browser) -> None:
    """As the system is; and the focus is seen in both."""
    page.press("j")
    looks = []
    for scheme in ("light", "dark"):
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        looks.append(page.run("getComputedStyle(document.body).backgroundColor"))
        assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert looks == ["rgb(255, 255, 255)", "rgb(19, 20, 24)"]


@in_chromium
def test_many_items_open_fast(browser: Browser, tmp_path: Path) -> None:
    """Ten thousand: only a page of them is drawn, all are searched, and j goes over the page's end."""
    items = (
        Outcome(
            number, "list", tmp_path / f"{number}.wav", "Cherry", "m", Status.MADE, text=f"{CHINESE} {number}"
        )
        for number in range(1, 10_001)
    )
    write_report(tmp_path / "many.html", items, folder=tmp_path, title="Many", summary={})
    browser.open((tmp_path / "many.html").as_uri())
    assert browser.texts("#range") == ["1–200 of 10,000"]
    assert browser.run("items.children.length") == 200
    browser.run("go(199)")
    browser.press("j")
    assert browser.run(f"[{NOW}, items.children.length]") == [201, 200]
    browser.run("document.getElementById('forth').click()")
    assert browser.texts("#range") == ["401–600 of 10,000"]
    browser.run("search.value = '10000'; filter()")
    assert browser.texts(".number") == ["10000"]
    assert browser.texts("#pages") == []


def write(path: Path, outcomes: list[Outcome] | Iterator[Outcome]) -> None:
    write_report(path, outcomes, folder=path.parent, title="T", summary={})


def test_lines_are_for_scripts(tmp_path: Path) -> None:
    """One object an item, errors as with --json; the text is not in it, nor what would end a line."""
    outcomes = list(make_outcomes(tmp_path / "audio"))
    odd = Outcome(61, "a\u2028b\x85c", Path("\udcff.wav"), "v", "m", Status.MADE)
    path = tmp_path / "report.JSONL"
    write(path, [*outcomes, odd])
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == COUNT + 1
    assert rows[8] == {
        "number": 9,
        "source": "list.jsonl:9",
        "output": str(tmp_path / "audio/part/0009.wav"),
        "status": "made",
        "voice": "Ethan",
        "model": "qwen3-tts-flash",
        "duration_s": 65.4,
        "characters": 1234,
        "billed": 1234,
        "requests": 1,
        "request_ids": ["r-1"],
        "gaps": [{"line": 3, "column": 14, "characters": 12}],
        "error": None,
    }
    assert rows[3]["status"] == "failed"
    assert rows[3]["error"] == {
        "code": "DataInspectionFailed",
        "exit": 6,
        "message": "the service refused it",
        "hint": "Change it.",
        "request_id": "r-1",
        "retryable": False,
    }
    assert (rows[60]["source"], rows[60]["output"]) == (odd.source, str(odd.output))


@pytest.mark.parametrize("name", ["report.txt", "report", "missing/report.html", "folder.html"])
def test_a_place_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    """Before anything is sent."""
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(UsageError, match="--report"):
        check_report_path(tmp_path / name)


@pytest.mark.parametrize("name", ["report.html", "report.jsonl"])
def test_a_report_is_whole_or_not_at_all(tmp_path: Path, name: str) -> None:
    """A run that ends amid its items leaves the old one."""
    path = tmp_path / name
    check_report_path(path)
    path.write_text("old")

    def broken() -> Iterator[Outcome]:
        yield from make_outcomes(tmp_path / "audio")
        raise LocalError("the disk is gone")

    with pytest.raises(LocalError):
        write(path, broken())
    assert path.read_text() == "old"
    assert {entry.name for entry in tmp_path.iterdir()} == {"audio", name}


def test_no_items_are_a_report_too(tmp_path: Path) -> None:
    """Of nothing."""
    write(tmp_path / "report.html", [])
    write(tmp_path / "report.jsonl", [])
    assert "[\n\n]</script>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not (tmp_path / "report.jsonl").read_bytes()


def test_addresses_are_relative_and_encoded(tmp_path: Path) -> None:
    """A name is never taken for a scheme, a query or a fragment, nor need it be Unicode."""
    assert relative_url(tmp_path / "a" / "x:y ?#%.wav", tmp_path / "a") == "x%3Ay%20%3F%23%25.wav"
    assert relative_url(tmp_path / "声.wav", tmp_path / "a b") == "../%E5%A3%B0.wav"
    assert relative_url(Path("\udcff.wav"), Path()) == "%FF.wav"
