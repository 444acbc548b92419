"""SECURITY.md promises nothing that no test holds, and goes with the source."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_each_promise_names_tests_that_are_there() -> None:
    """A promise whose test was moved or deleted is only a sentence."""
    rows = [
        line
        for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and "Its test" not in line
    ]
    assert len(rows) > 8
    for row in rows:
        tests = re.findall("`(tests/[^`]+)`", row)
        assert tests, row
        assert all((ROOT / test).is_file() for test in tests), row


def test_the_source_package_has_it() -> None:
    """Whoever packages the program can read it."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        sdist = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["sdist"]
    assert "/SECURITY.md" in sdist["include"]
