"""What the documents say is so."""

from __future__ import annotations

import ast
import html
import os
import re
import shutil
import subprocess
import sys
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from platformdirs.windows import Windows

from qwentts_cli import errors
from qwentts_cli.errors import MEANINGS, ExitCode, QwenTTSError
from qwentts_cli.settings.schema import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = ROOT / "docs" / "commands.md"
MANUAL = ROOT / "man" / "qwentts.1"
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
FILE_KINDS = {
    "config": "configuration",
    "cache": "cache",
    "state": "state",
    "data": "names of your own voices",
}


# One process for all pages: a start costs a quarter of a second.
PRINT_ALL = """
import sys
from qwentts_cli.cli.app import run
for line in sys.stdin:
    code = run(line.split())
    sys.stdout.write("\\f")
    assert code == 0, line
"""


def page_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def rows_of(text: str) -> list[list[str]]:
    """The cells of all tables in a page, without their marks of code, the lines of dashes left out."""
    lines = re.findall(r"^\| (.*) \|$", text, re.MULTILINE)
    return [[cell.strip().replace("`", "") for cell in line.split(" | ")] for line in lines]


def test_the_readme_is_read_in_five_minutes() -> None:
    """What is longer has a page of its own."""
    assert README.count("\n") <= 200


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file that is there, and to a heading that it has."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, heading = target.partition("#")
        if target.startswith("https://"):
            continue
        linked = page.parent / name if name else page
        assert linked.is_file(), target
        titles = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
        assert not heading or heading in {title.lower().replace(" ", "-") for title in titles}, target


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md"])
def test_every_file_that_a_maintainer_is_sent_to_is_there(page: str) -> None:
    """By its path from the top or in the package; a name without a folder may be anywhere."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for name in re.findall(r"`([\w/]+/[\w.]*)`", text):
        assert (ROOT / name).exists() or (ROOT / "qwentts_cli" / name).exists(), name


def test_the_exit_codes_of_the_page_are_those_of_the_program() -> None:
    """Scripts are written after this table."""
    rows = [row for row in rows_of(page_of("exit-codes.md")) if row[0].isdecimal()]
    shown = [(int(code), name, when) for code, name, when, *_ in rows]
    assert shown == [(int(code), code.name.lower(), MEANINGS[code]) for code in ExitCode]


def test_the_commonest_message_of_each_exit_code_is_one_of_the_program() -> None:
    """In its own words, and from an error that has this code."""
    raised = {(int(error.exit_code), text) for error, text in raised_messages()}
    for code, _, _, message, _ in (row for row in rows_of(page_of("exit-codes.md")) if row[0].isdecimal()):
        assert message == "–" or any(
            code == str(number) and text.startswith(message.removesuffix("…")) for number, text in raised
        ), message


def raised_messages() -> Iterator[tuple[type[QwenTTSError], str]]:
    """The messages of errors that are written where they are raised, with … for each value in them."""
    for path in (ROOT / "qwentts_cli").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)) if "qwentts_cli.errors import" in source else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                kind = getattr(errors, node.func.id, None)
                if isinstance(kind, type) and issubclass(kind, QwenTTSError):
                    yield kind, message_text(node.args[0])


def message_text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)  # type: ignore[misc]
    return str(node.value) if isinstance(node, ast.Constant) else ""


def test_every_setting_is_on_its_page() -> None:
    """In the order in which the program lists them, each with its variable."""
    rows = [row[:2] for row in rows_of(page_of("settings.md").partition("## Other")[0])]
    expected = [[one.name, one.variable if one.has_variable else "–"] for one in SETTINGS.values()]
    assert rows == [["setting", "variable"], *expected]


def test_the_files_are_where_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """On each system as the library has it that finds them there."""
    monkeypatch.setattr("platformdirs.windows.get_win_folder", lambda _name: "%LOCALAPPDATA%")
    monkeypatch.setenv("HOME", "/home/me")
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    places = {row[0]: row[1:] for row in file_rows()}
    for kind, what in FILE_KINDS.items():
        found = [
            getattr(system("qwentts", appauthor=False), f"user_{kind}_dir").replace("/home/me", "~")
            for system in (Unix, MacOS, Windows)
        ]
        assert found == [place.replace("\\", "/") for place in places[what]], what


def test_the_readme_and_the_manual_page_name_the_same_files() -> None:
    """Those of the page of settings, and that of a batch."""
    rows = rows_of(README.partition("## Settings and files")[2].partition("## ")[0])
    in_readme = [row[0] for row in rows if row[0] != "file"]
    in_manual = re.findall(r"^\.B (.*qwentts.*)$", man_page().partition(".SH FILES")[2], re.MULTILINE)
    assert [place.replace("\\", "") for place in in_manual] == in_readme
    linux = {row[1] for row in file_rows() if row[0] in FILE_KINDS.values()}
    assert {place.removesuffix("/config.toml") for place in in_readme} == {*linux, "DIR/.qwentts"}


def file_rows() -> list[list[str]]:
    return rows_of(page_of("settings.md").partition("## Files")[2])


def test_the_picture_of_the_readme_is_a_session_of_the_program() -> None:
    """It shows `say`, `voices` and `batch`, and nothing of the machine that it was drawn on."""
    picture = html.unescape((ROOT / "docs" / "terminal.svg").read_text(encoding="utf-8")).replace("\xa0", " ")
    for command in ("qwentts say", "qwentts voices", "qwentts batch", "already there, nothing to make"):
        assert command in picture
    assert not re.search(r"/(home|root|tmp|usr|work)/|url\((?!#)", picture)


def test_nothing_is_said_twice_in_the_changelog() -> None:
    """Neither what is new nor what was mended."""
    entries = re.findall(
        r"^- .+(?:\n  .+)*", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(entries) > 100
    begins = [" ".join(entry.split())[:60] for entry in entries]
    assert len(set(begins)) == len(begins), {begin for begin in begins if begins.count(begin) > 1}


def help_text() -> str:
    """The help of the program and of each command, as `docs/commands.md` shows it."""
    pages = ["--help", *(f"{name} --help" for name in command_names()), "help options"]
    done = subprocess.run(
        [sys.executable, "-c", PRINT_ALL],
        input="\n".join(pages),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COLUMNS": "100"},
    )
    blocks = ["# All commands and their options\n"]
    for page, shown in zip(pages, done.stdout.split("\f")[:-1], strict=True):
        title = f"qwentts {page.removesuffix('--help')}".rstrip()
        blocks.append(f"## {title}\n\n```\n{shown.rstrip()}\n```\n")
    return "\n".join(blocks)


def command_names() -> list[str]:
    """Each command that the manual page describes, in its order."""
    manual = MANUAL.read_text(encoding="utf-8")
    usages = re.findall(r'^\.SS "qwentts ([a-z ]+?)(?: \[|"| [A-Z])', manual, re.MULTILINE)
    assert {"say", "batch", "voices show"} <= set(usages)
    return usages


def test_the_page_of_the_commands_is_the_programs_help() -> None:
    """Run `python tests/test_docs.py` to renew it."""
    assert COMMANDS.read_text(encoding="utf-8") == help_text()


def test_the_manual_page_of_the_repository_is_what_the_program_prints() -> None:
    """It is installed with the wheel, where `man` looks; `python tests/test_docs.py` renews it."""
    assert MANUAL.read_text(encoding="utf-8") == man_page()


@cache
def man_page() -> str:
    """The manual page, as the program prints it."""
    command = [sys.executable, "-m", "qwentts_cli", "man"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_manual_page_is_good_roff() -> None:
    """The formatter has nothing to say about it, and what begins like a request is text."""
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        [groff, "-man", "-Tutf8", "-ww"], input=man_page(), capture_output=True, text=True, check=True
    )
    assert not done.stderr
    plain = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
    for words in ("--paragraph-pause SEC", "qwentts config set", "EXIT STATUS", "QWENTTS_REGION"):
        assert words in plain.replace("\u2010", "-").replace("\u2212", "-")


def catalog_files() -> dict[Path, str]:
    """The JSON of each file of the catalogue, with numbers as they were written: 0.10 dollars stay 0.10."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    paths = (ROOT / "qwentts_cli" / "dashscope" / "catalog").glob("*.toml")
    tables = {path: tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal) for path in paths}
    return {
        path.with_suffix(".json"): msgspec.json.format(encoder.encode(table), indent=1).decode() + "\n"
        for path, table in tables.items()
    }


def test_the_catalogue_that_is_read_is_the_one_that_was_written() -> None:
    """Its JSON is made of its TOML."""
    for path, text in catalog_files().items():
        assert path.read_text(encoding="utf-8") == text, (
            f"renew it: python {Path(__file__).relative_to(ROOT)}"
        )


if __name__ == "__main__":
    for made, text in catalog_files().items():
        made.write_text(text, encoding="utf-8")
    MANUAL.write_text(man_page(), encoding="utf-8")
    COMMANDS.write_text(help_text(), encoding="utf-8")
    for script in (ROOT / "qwentts_cli" / "cli" / "completions").iterdir():
        (ROOT / "completions" / script.name).write_bytes(script.read_bytes())
