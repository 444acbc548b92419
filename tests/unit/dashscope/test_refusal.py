"""What is quoted of a refusal, and what is a web page."""

from __future__ import annotations

import pytest

from qwentts_cli.dashscope.refusal import Refusal, is_web_page, web_page_error


@pytest.mark.parametrize(
    ("message", "quote"),
    [
        ("No.", "No"),
        (" No。 ", "No"),
        ("", "it gave no reason"),
        (" . ", "it gave no reason"),
        ("x" * 240, "x" * 240),
        ("x" * 241, "x" * 239 + "…"),
    ],
)
def test_a_reason_fits_into_a_line(message: str, quote: str) -> None:
    assert Refusal(400, message=message).quote == quote


@pytest.mark.parametrize(
    ("refusal", "code"),
    [(Refusal(400), "400"), (Refusal(399), ""), (Refusal(200, "x"), "x"), (Refusal(500, "x"), "x")],
)
def test_a_failure_is_found_again_by_its_code_or_its_status(refusal: Refusal, code: str) -> None:
    assert refusal.facts["service_code"] == code


def test_a_code_has_what_follows_its_dots() -> None:
    """But no other that begins alike; words are found in any case."""
    refusal = Refusal(400, "Throttling.RateQuota", "Too FAST")
    assert refusal.has_code("x", "Throttling")
    assert refusal.has_code("Throttling.RateQuota")
    assert not refusal.has_code("Throttl", "Throttling.Rate")
    assert refusal.says("slow", "too fast")
    assert not refusal.says("slow")


@pytest.mark.parametrize(
    ("refusal", "is_silent"),
    [
        (Refusal(400), True),
        (Refusal(400, "", " \n"), True),
        (Refusal(400, "x"), False),
        (Refusal(4, "", "x"), False),
    ],
)
def test_who_says_nothing_but_a_status_is_silent(refusal: Refusal, *, is_silent: bool) -> None:
    assert refusal.is_silent == is_silent


@pytest.mark.parametrize(
    ("body", "is_page"),
    [
        (b"<!DOCTYPE html>", True),
        (b" \n<HTML>", True),
        (b"<body>", True),
        (b"<Error>", False),
        (b"x<html>", False),
        (b"", False),
        (b"<!--".ljust(1019) + b"<html", True),
        (b"<!--".ljust(1020) + b"<html", False),
    ],
)
def test_a_page_is_known_by_its_beginning(body: bytes, *, is_page: bool) -> None:
    assert is_web_page(body) == is_page


def test_a_page_is_something_in_between() -> None:
    """A sign-in page may be gone soon, so it is asked a few times."""
    error = web_page_error(511, "intl")
    assert "status 511" in error.message
    assert "asked: intl" in error.message
    assert error.most_attempts == 3
