"""Searching the page, seeing failures alone, and the keys for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.report.conftest import COUNT, FAILED, in_chromium

if TYPE_CHECKING:
    from tests.chromium import Browser


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
