"""Errors are complete when they are made, and keep what led to them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from qwentts_cli.errors import Facts, NetworkError, QwenTTSError, RejectedError, Throttled, causes

PACKAGE = Path(__file__).parents[2] / "qwentts_cli"


def test_nothing_is_written_to_an_error_after_it_was_made() -> None:
    """Whoever reads an error anywhere sees what was known where it was raised."""
    facts = {*Facts.__annotations__, "message", "retry_after_s"}
    sources = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    may_write = re.compile(rf"\.({'|'.join(facts)})\s*=[^=]")
    written = [
        f"{path.relative_to(PACKAGE)}: {ast.unparse(target)}"
        for path, source in sources.items()
        if may_write.search(source)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr in facts and ast.unparse(target.value) != "self"
    ]
    assert not written


def test_a_kind_has_its_usual_facts_until_told_otherwise() -> None:
    """A raiser says only what is unusual."""
    assert NetworkError("reset").retryable
    assert not NetworkError("a proxy requires a password", retryable=False).retryable
    assert not RejectedError("no audio").maybe_billed


def test_a_copy_differs_only_in_what_it_was_told() -> None:
    """Its kind, its message and all other facts stay, and the first one is as it was."""
    first = Throttled("slow down", retry_after_s=2.0, request_id="r-1")
    second = first.replace(maybe_billed=True)
    assert isinstance(second, Throttled)
    assert (second.message, second.retry_after_s, second.request_id) == ("slow down", 2.0, "r-1")
    assert (first.maybe_billed, second.maybe_billed) == (False, True)


def test_the_place_in_the_text_is_told_and_is_a_fact() -> None:
    """A person reads it in the message; a program need not look for it there."""
    error = RejectedError("refused").replace(place=(3, 5))
    assert error.message == "refused (text at line 3, column 5)"
    assert error.place == (3, 5)


def test_dropping_the_frames_keeps_the_causes() -> None:
    """What was downloaded is let go; why it failed is not."""
    with pytest.raises(QwenTTSError) as raised:
        _fail()
    error = raised.value.drop_frames()
    assert [str(cause) for cause in causes(error)] == ["refused"]
    assert not any(cause.__traceback__ for cause in (error, *causes(error)))


def _fail() -> None:
    try:
        raise ConnectionRefusedError("refused")
    except OSError as error:
        raise NetworkError("cannot connect") from error
