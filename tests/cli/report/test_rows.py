"""What the page shows of each item, on any screen, and of many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.batch.outcome import Outcome, Status
from qwentts_cli.batch.report import write_report
from tests.cli.report.conftest import CHINESE, COUNT, FAILED, LONG, NOW, ODD_NAME, in_chromium

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chromium import Browser


@in_chromium
def test_an_item_is_a_row(page: Browser) -> None:
    """With all that is known of it, and the sums above."""
    assert page.texts(".figures div") == ["Items60", "Length1:05:04", "Characters73,806"]
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
def test_a_long_text_is_cut(page: Browser) -> None:
    """And there for who asks."""
    assert page.texts("tbody tr:nth-child(3) .text") == [f"{LONG[:300]}…"]
    page.run("document.querySelector('tbody tr:nth-child(3) [data-more]').click()")
    assert page.texts("tbody tr:nth-child(3) .text") == [LONG.strip()]
    assert page.texts("[data-more]") == ["less"]


@in_chromium
def test_many_items_open_fast(browser: Browser, tmp_path: Path) -> None:
    """Two thousand: only a page of them is drawn, all are searched, and j goes over the page's end."""
    items = (
        Outcome(
            number=number,
            source="list",
            where=str(tmp_path / f"{number}.wav"),
            voice="Cherry",
            model="m",
            status=Status.MADE,
            text=f"{CHINESE} {number}",
        )
        for number in range(1, 2_001)
    )
    write_report(tmp_path / "many.html", items, folder=tmp_path, title="Many", figures={})
    browser.open((tmp_path / "many.html").as_uri())
    assert browser.texts("#range") == ["1–200 of 2,000"]
    assert browser.run("items.children.length") == 200
    browser.run("go(199)")
    browser.press("j")
    assert browser.run(f"[{NOW}, items.children.length]") == [201, 200]
    browser.run("document.getElementById('forth').click()")
    assert browser.texts("#range") == ["401–600 of 2,000"]
    browser.run("search.value = '2000'; filter()")
    assert browser.texts(".number") == ["2000"]
    assert browser.texts("#pages") == []


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
