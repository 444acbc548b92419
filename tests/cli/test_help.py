"""What `--help` and `help` say: the same of a command wherever it is named, short, and examples first."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from qwentts_cli import __version__
from qwentts_cli.cli.app import COMMANDS
from qwentts_cli.cli.parser.help_page import HelpText
from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import at
from tests.players import player
from tests.samples import write_sample
from tests.shells import install_program, open_program
from tests.test_docs import command_names, page_of

if TYPE_CHECKING:
    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts

PAGES = [*command_names(), "voices", "config", "cache"]
DOCUMENTED = page_of("commands.md")
# These ask on a terminal, and have tests of their own.
ASKING = {"qwentts config init"}
CONFIGURATION = 'voice = "Cherry"\n[profiles.work]\nregion = "cn"\n'


def page(qwentts: Qwentts, name: str) -> str:
    """What `--help` shows, as `test_docs.py` holds it against the page, which has all but the groups."""
    if found := re.search(rf"^## qwentts {name}\n\n```\n(.*?)^```$", DOCUMENTED, re.MULTILINE | re.DOTALL):
        return found[1]
    return qwentts(*name.split(), "--help", env={"COLUMNS": "80"}).text


def examples(text: str) -> list[str]:
    found = re.search(r"^Examples:\n((?:  .*\n)+)", text, re.MULTILINE)
    return [line.strip() for line in found[1].splitlines()] if found else []


@pytest.mark.parametrize("group", [(), ("voices",), ("config",), ("cache",)], ids=" ".join)
def test_no_line_of_a_list_is_cut(qwentts: Qwentts, group: tuple[str, ...]) -> None:
    """On a terminal of 80 columns."""
    listed = qwentts(*group, "--help", env={"COLUMNS": "80"}).text.split("\nCommands:\n")[1].split("\n\n")[0]
    assert [line for line in listed.splitlines() if not line.endswith(".") or line.endswith("...")] == []


def test_the_help_of_the_program_fits_a_screen(qwentts: Qwentts) -> None:
    """Of 24 lines, the last of which is the next prompt."""
    lines = qwentts("--help", env={"COLUMNS": "80"}).text.splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", PAGES)
def test_a_page_begins_with_examples_and_leaves_out_what_all_take(qwentts: Qwentts, name: str) -> None:
    """Two or three to paste; above them the line of the list, which is made without loading the command."""
    text = page(qwentts, name)
    first = text.split("\n\n")[1]
    assert first == f"  {COMMANDS[name]}" if name in COMMANDS else first.startswith("  ")
    assert 2 <= len(examples(text)) <= 3
    assert text.split("\n\n")[2].startswith("Examples:\n")
    assert "--no-color" not in text
    assert "'qwentts help options'" in text


@pytest.mark.parametrize("name", ["lint", "voices", "voices show"])
def test_a_page_is_shown_in_three_ways(qwentts: Qwentts, name: str) -> None:
    """Of a command, of a group and of a command in it: `--help`, `-h`, and `help` before it."""
    env = {"COLUMNS": "80"}
    text = page(qwentts, name)
    assert qwentts(*name.split(), "-h", env=env).text == text
    assert qwentts("help", *name.split(), env=env).text == text


@pytest.mark.parametrize("name", ["say", "batch", "voices preview"])
def test_many_options_stand_in_groups(qwentts: Qwentts, name: str) -> None:
    """What to say, how, where to, what it costs; a voice is not among the limits."""
    text = page(qwentts, name)
    titles = re.findall(r"^([A-Z][A-Za-z ]+):$", text, re.MULTILINE)
    assert titles[-4:] == ["How to say it", "Where to", "Money", "Behaviour"]
    assert "Options" not in titles
    for option, title in {"--model": "How to say it", "--format": "Where to", "--max-cost": "Money"}.items():
        group = text.split(f"\n{title}:\n")[1].split("\n\n")[0]
        assert option in group


def test_help_explains_what_is_asked(qwentts: Qwentts) -> None:
    """A command, the options of all, or the program itself; a slip gets a proposal."""
    assert qwentts("help").text == qwentts("--help").text
    options = qwentts("help", "options").text
    assert all(name in options for name in ("--region", "--json", "--version", "--no-color", "--help"))
    assert (
        "Did you mean 'preview'? See 'qwentts voices --help'"
        in qwentts("help", "voices", "previw", code=2).stderr
    )
    assert "say has no commands of its own" in qwentts("help", "say", "hello", code=2).stderr
    assert qwentts("version").text == qwentts("--version").text == f"qwentts {__version__}\n"


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        (["voice"], "Did you mean 'voices'? See"),
        (["completion"], "Choose from: bash, zsh, fish, powershell. See"),
        (["say", "Hi", "--voce", "Ethan"], "there is no option --voce. Did you mean --voice?"),
        (["say", "Hi", "-voice", "Ethan"], "there is no option -voice. Did you mean --voice?"),
        (["say", "Hi", "-output=x.wav"], "Did you mean --output?"),
        (["say", "Hi", "--OUTPUT", "x.wav"], "Did you mean --output?"),
        (["batch", "x", "--output_dir", "x"], "Did you mean --output-dir?"),
        (["batch", "x", "--workers", "3"], "Did you mean --jobs?"),
        (["batch", "x", "-o", "out"], "Did you mean --output-dir?"),
        (["usage", "--workers", "3"], "there is no option --workers. See 'qwentts usage --help'"),
        (
            ["say", "-face"],
            "no such file: ace. '-face' was read as '-f ace'. To say it: qwentts say -- -face",
        ),
        (["say", "Hi", "-r", "200"], "Did you mean --speed?"),
        (["say", "Hi", "--pause", "abc"], "'abc' is no number. See"),
        (["say", "Hi", "-o", "x.mp3", "--bitrate", "128k"], "'128k' is no number. See 'qwentts say --help'"),
        (["say", "Hi", "-o"], "'-o' requires an argument. See 'qwentts say --help'"),
        (["-v", "Ethan", "say", "Hi"], "no option -v. Put the options of a command after its name. See"),
        (["say", "Hi", "--dry-run", "--region", "Singapore"], "Did you mean intl?"),
        (["say", "Hi", "--dry-run", "--base-url", "localhost:8000"], "Did you mean http://localhost:8000?"),
        (["say", "Hi", "-l", "klingon", "--dry-run"], "Use auto, zh (Chinese), en (English), de"),
        (["say", "-f", "."], "To speak the files in it: qwentts batch."),
        (["batch", "x", "--lines", "--split", "chapters"], "--lines and --split make different items"),
        (["say", "Hi", "-x"], "there is no option -x. To say it: qwentts say -- -x"),
        (["say", "Hi", "--interactive"], "there is no option --interactive. To say it:"),
        (["Hello, world."], "there is no command 'Hello, world.'. To say it: qwentts say 'Hello, world.'"),
        (["say", "-5 degrees"], "To say it: qwentts say -- '-5 degrees'"),
        (["say", "--- so it is"], "To say it: qwentts say -- '--- so it is'"),
    ],
)
def test_a_slip_gets_a_proposal(qwentts: Qwentts, words: list[str], proposed: str) -> None:
    """Only what the command has is proposed, and a text that looks like an option can be spoken."""
    assert proposed in qwentts(*words, code=2).stderr


def test_a_text_that_looks_like_an_option_is_spoken_behind_two_hyphens(qwentts: Qwentts) -> None:
    """As it is proposed."""
    quote = qwentts("say", "--dry-run", "--show", "text", "--", "-face").text
    assert quote == "-face\n"


def test_a_question_mark_lists_what_there_is(qwentts: Qwentts) -> None:
    """As `say -v '?'` does on a Mac."""
    assert qwentts("say", "-v", "?").text == qwentts("voices").text
    assert qwentts("batch", "x", "-m", "?").text == qwentts("models").text


def test_say_without_a_text_shows_no_page(qwentts: ForkedQwentts) -> None:
    """On a terminal nothing is piped, so what is missing is told, with examples."""
    with open_program(qwentts, "say", env={"TERM": "xterm"}) as seen:
        shown = seen.read_all()
    assert len(shown.splitlines()) < 12
    assert 'qwentts say "Hello, world." -v Cherry' in shown
    assert "All options: 'qwentts say --help'." in shown


@pytest.mark.parametrize("name", PAGES)
def test_every_example_works(qwentts: ForkedQwentts, name: str) -> None:
    """In a shell, with files and voices of these names, as people paste them; the service is the sandbox."""
    with Sandbox(voice_engine="tones", voice_delay=0) as server:
        at(qwentts, server)
        run_examples(qwentts, name)


def run_examples(qwentts: ForkedQwentts, name: str) -> None:
    lines = [line for line in examples(page(qwentts, name)) if not line.startswith(tuple(ASKING))]
    env = qwentts.environment(prepare(qwentts, name))
    if name == "sandbox":
        for line in lines:
            assert first_line(line, qwentts, env).startswith("http://127.0.0.1:")
        return
    done = subprocess.run(
        ["bash", "-vc", "\n".join(["set -eo pipefail", *lines])],
        cwd=qwentts.folder,
        env=env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr


def prepare(qwentts: ForkedQwentts, name: str) -> dict[str, str]:
    """Make the files and the programs that the examples name."""
    env = player(qwentts, "[ $1 = --help ] || exec cat >/dev/null")
    bin_ = qwentts.home / "bin"
    install_program(bin_, qwentts.server)
    for program in ("nano", "vi"):
        (bin_ / program).write_text("#!/bin/sh\nexec test -f $1\n")
    (bin_ / "man").write_text('#!/bin/sh\n[ "$*" = "-l -" ] && exec grep "^.TH"\n')
    for program in ("nano", "vi", "man"):
        (bin_ / program).chmod(0o755)
    folder = qwentts.folder
    (folder / "chapters").mkdir()
    for text in ("book.txt", "chapters/01.txt", "chapters/02.txt"):
        (folder / text).write_text("Good morning. It is a fine day.")
    (folder / "items.jsonl").write_text('{"text": "One."}\n{"text": "Two."}\n')
    (folder / "key.txt").write_text("sk-0123456789abcdef\n")
    config = qwentts.home / ".config" / "qwentts" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIGURATION)
    config.chmod(0o600)
    if name.startswith("voices "):
        write_sample(folder / "me.wav", 6)
    if name in {"voices wait", "voices rename", "voices delete"}:
        for voice in ("myvoice", "another"):
            qwentts("voices", "clone", "me.wav", "--name", voice, "--yes")
    return env


def first_line(command: str, qwentts: ForkedQwentts, env: dict[str, str]) -> str:
    """The first line of a program that runs until Ctrl-C."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"], cwd=qwentts.folder, env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
    return line


def test_a_docstring_is_divided() -> None:
    """What begins with a dollar is an example, wherever it stands."""
    text = HelpText.read("Do it.\n\n    $ do it\n    $ do more\n\n    It is\n    done.\n")
    assert (text.line, text.examples, text.rest) == ("Do it.", ("do it", "do more"), "It is\ndone.")
