"""A TAB in a real shell, and the scripts that make it work."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.cli.completion import SCRIPTS, Shell
from tests.shells import PROMPT, Terminal, install_program, open_shell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts

CLEAR_LINE = "\x15"
TOP = Path(__file__).parents[2] / "completions"
STARTS = {
    Shell.BASH: (["bash", "--norc", "--noprofile", "-i"], f"PS1='{PROMPT}'; "),
    Shell.ZSH: (["zsh", "-f", "-i"], f"PS1='{PROMPT}'; autoload -Uz compinit; compinit -u -D; "),
    Shell.FISH: (
        ["fish", "--no-config", "--interactive"],
        f"function fish_prompt; echo -n '{PROMPT}'; end; ",
    ),
}
LOADS = {
    Shell.BASH: 'eval "$(qwentts completion bash)"',
    Shell.ZSH: 'eval "$(qwentts completion zsh)"',
    Shell.FISH: "qwentts completion fish | source",
}


def complete(qwentts: Qwentts, *words: str) -> list[list[str]]:
    """What the program answers to the scripts."""
    done = qwentts(*words, env={"_QWENTTS_COMPLETE": "bash"})
    assert not done.stderr
    return [line.split("\t") for line in done.text.splitlines()]


def values(qwentts: Qwentts, *words: str) -> list[str]:
    return [value for _, value, _ in complete(qwentts, *words)]


@pytest.fixture(params=STARTS)
def shell(request: pytest.FixtureRequest, qwentts: ForkedQwentts) -> Iterator[Terminal]:
    """A shell that has loaded the completion as the script's first lines say."""
    command, start = STARTS[request.param]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    bin_ = qwentts.home / "bin"
    bin_.mkdir()
    install_program(bin_, qwentts.server)
    env = qwentts.environment({"TERM": "xterm", "LC_ALL": "C.UTF-8"})
    env["PATH"] = f"{bin_}:{env['PATH']}"
    (qwentts.folder / "script-of-mine.txt").write_text("Hello.")
    (qwentts.folder / "sound-folder").mkdir()
    with open_shell(command, qwentts.folder, env) as terminal:
        terminal.type(f"{start}{LOADS[request.param]}; echo load''ed\n")
        terminal.wait_for("loaded")
        yield terminal


def test_a_tab_completes_in_a_real_shell(shell: Terminal) -> None:
    """Commands, voices, files and folders, in bash, zsh and fish."""
    for typed, completed in (
        ("qwentts voi\t", "qwentts voices"),
        ("qwentts say -v Cherr\t", "Cherry"),
        ("qwentts say --voice=Cherr\t", "--voice=Cherry"),
        ("qwentts config set regi\t", "region"),
        ("qwentts say -f script-of\t", "mine.txt"),
        ("qwentts batch -d sound-f\t", "older"),
    ):
        shell.type(typed)
        shell.wait_for(completed)
        shell.type(CLEAR_LINE)


def test_powershell_can_read_its_script() -> None:
    """Its own parser finds no mistake; where it is not installed, at least all brackets are closed."""
    script = (TOP / SCRIPTS[Shell.POWERSHELL]).read_text()
    if shutil.which("pwsh"):
        check = "[void][scriptblock]::Create([Console]::In.ReadToEnd())"
        subprocess.run(["pwsh", "-NoProfile", "-Command", check], input=script, text=True, check=True)
    for opening, closing in ("{}", "()", "[]"):
        assert script.count(opening) == script.count(closing)


@pytest.mark.parametrize("shell", Shell)
def test_the_scripts_at_the_top_are_those_the_program_prints(qwentts: Qwentts, shell: Shell) -> None:
    """Whoever packages the program installs them; `python tests/test_docs.py` renews them."""
    assert qwentts("completion", shell).text == (TOP / SCRIPTS[shell]).read_text()


def test_commands_come_with_what_they_do(qwentts: Qwentts) -> None:
    """Nobody has to know them by heart."""
    rows = complete(qwentts, "sa")
    assert [row[1] for row in rows] == ["say", "sandbox"]
    assert all(row[2] for row in rows)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (("say", "-v", ""), "Cherry"),
        (("say", "--voice=che"), "--voice=Cherry"),
        (("say", "--voice", "=", "che"), "Cherry"),
        (("say", "--voice", "="), "Cherry"),
        (("say", "hello", "-m", "qwen3-tts-f"), "qwen3-tts-flash"),
        (("batch", "-l", "Chin"), "Chinese"),
        (("say", "--format", "fl"), "flac"),
        (("--region", "sa"), "sandbox"),
        (("say", "--region", "c"), "cn"),
        (("voices", "show", "dyl"), "Dylan"),
        (("voices", "preview", "Cherry", "dyl"), "Dylan"),
        (("voices", "--gender", ""), "female"),
        (("voices", "list", "--dialect", "si"), "Sichuan"),
        (("config", "get", "api"), "api_key"),
        (("config", "set", "voice", "Eth"), "Ethan"),
        (("config", "set", "format", ""), "mp3"),
        (("batch", "--on-refused", ""), "skip"),
        (("usage", "--by", "m"), "model"),
        (("completion", "z"), "zsh"),
        (("say", "--para"), "--paragraph-pause"),
    ],
)
def test_values_are_completed_where_they_can_be_known(
    qwentts: Qwentts, words: tuple[str, ...], value: str
) -> None:
    """Capitals do not matter, and `--option=value` works like `--option value`."""
    assert value in values(qwentts, *words)


def test_profiles_of_the_configuration_are_offered(qwentts: Qwentts) -> None:
    """Those that are there."""
    qwentts("config", "set", "voice", "Ethan", "--profile", "work")
    assert values(qwentts, "--profile", "") == ["work"]


def test_a_path_is_left_to_the_shell(qwentts: Qwentts) -> None:
    """It knows quotes, tildes and what is hidden."""
    assert [row[0] for row in complete(qwentts, "say", "-f", "x")] == ["file"]
    assert [row[0] for row in complete(qwentts, "batch", "-d", "")] == ["dir"]


def test_nothing_disturbs_a_line_that_makes_no_sense(qwentts: Qwentts) -> None:
    """No error, no candidate, and exit 0."""
    assert not complete(qwentts, "say", "--no-such-option", "")
    (qwentts.home / ".config" / "qwentts").mkdir(parents=True)
    (qwentts.home / ".config" / "qwentts" / "config.toml").write_text("voice = ")
    assert not complete(qwentts, "--profile", "")
