from __future__ import annotations

import pytest

from qwentts_cli.text.reading.likeness import Likeness, likeness


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1\n00:00:34,740 --> 00:00:37,050\nIf I speak\n", Likeness.SRT),
        ("\ufeff1\r\n00:00:34.740 --> 00:00:37.050\r\n好\r\n", Likeness.SRT),
        ("WEBVTT\n\n00:01.000 --> 00:04.000\nHi\n", Likeness.VTT),
        ("<speak>Hello <break time='1s'/></speak>", Likeness.SSML),
        ('<?xml version="1.0"?>\n<speak version="1.1">Hi</speak>', Likeness.SSML),
        ("<!DOCTYPE html>\n<html><body>Hi</body></html>", Likeness.HTML),
        ("<p>Hello</p>", Likeness.HTML),
        (r"{\rtf1\ansi Hello}", Likeness.RTF),
        ('{"id": "a", "text": "First."}\n{"id": "b", "text": "Second."}\n', Likeness.JSON_LINES),
        ('[\n  {"text": "First."}\n]', Likeness.JSON),
        ('{\n  "text": "' + "long " * 2000 + '"\n}', Likeness.JSON),
        ("id,text\na,First\n", Likeness.TABLE),
        ("text;voice\nErster;Cherry\n", Likeness.TABLE),
        ("# A title\n\nSome text.\n", Likeness.MARKDOWN),
        ("Some **bold** text and a [link](https://a.example).\n", Likeness.MARKDOWN),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", Likeness.MARKDOWN),
    ],
)
def test_what_is_no_plain_text_is_recognised(text: str, kind: Likeness) -> None:
    assert likeness(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "Hello, world.",
        "1\nOne.\n",
        "[Music] He sings. [1]",
        "{not json} at all",
        "- Bonjour.\n- Salut.\n- Au revoir.\n",
        "No. 1, text and file, are here.\nSo.",
        "He said: <p> is a tag.",
        "5 * 3 * 2 ** 2 = 60, #1 of the list.",
        "「こんにちは」\n彼は言った。",
        "",
    ],
)
def test_an_ordinary_text_is_taken_for_nothing_else(text: str) -> None:
    """Nobody is warned of dialogue, lists, numbers or brackets."""
    assert likeness(text) is None
