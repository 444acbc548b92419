"""Where text comes from and audio goes to: files, pipes, terminals, and places that cannot be used."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Qwentts, Result
from tests.shells import drawn_by, install_program
from tests.tones import read_back

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.reliability.forked import ForkedQwentts


@pytest.mark.parametrize("redirect", ["> x.wav", ">> x.wav"])
def test_a_file_that_would_stay_empty_is_refused(
    online: ForkedQwentts, sandbox: Sandbox, redirect: str
) -> None:
    """`say hi > x.wav` would be played, and nobody means that: it says what to type, and sends nothing."""
    refused = shell(online, f"say hi {redirect}", online.server)
    assert refused.returncode == 2
    assert b"add -o -; to play it all the same, add --play" in refused.stderr
    assert not sandbox.ledger
    assert (online.folder / "x.wav").read_bytes() == b""


@pytest.mark.parametrize("args", ["say hi -o y.wav", "say hi --no-play --json", "say hi --dry-run"])
def test_what_is_written_to_stdout_may_go_to_a_file(online: ForkedQwentts, args: str) -> None:
    """A path, a document and an estimate are for files as well as for pipes."""
    assert shell(online, f"{args} > said.txt", online.server).returncode == 0
    assert (online.folder / "said.txt").read_bytes()


BAD_NAMES = {
    "x.txt": ".m4b, .pcm. With --format any name will do.",
    "x.mp3.bak": ".bak is not a format",
    "new/": "new/ is the name of a folder",
    "": "-o names no file. Is a variable empty?",
}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_no_audio_files_is_refused(online: Qwentts, sandbox: Sandbox, name: str) -> None:
    """A slip in a name costs nothing, and leaves no WAV that is called a text."""
    assert BAD_NAMES[name] in online("say", "hi", "-o", name, code=2).stderr
    assert not sandbox.ledger
    assert list(online.folder.iterdir()) == []


def test_any_name_will_do_for_a_format_that_was_typed(online: Qwentts) -> None:
    """Whoever says what the file holds may call it as they like; a number is no extension."""
    online("say", "hi", "-o", "x.txt", "--format", "wav")
    online("say", "hi", "-o=take.2")
    assert [read_back(online.folder / name) for name in ("x.txt", "take.2")] == ["hi", "hi"]


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
def test_stdin_is_a_file_among_others(online: Qwentts, name: str) -> None:
    """Whatever it is called, in its place between files, and alone as a document too."""
    (online.folder / "one.txt").write_text("One.")
    online("say", "-f", "one.txt", "-f", name, "-f", "one.txt", "-o", "all.wav", stdin=b"Two.")
    assert read_back(online.folder / "all.wav") == "One.Two.One."
    online("say", "-f", name, "--input-format", "html", "-o", "page.wav", stdin=b"<p>Three.</p>")
    assert read_back(online.folder / "page.wav") == "Three."


def test_what_a_command_writes_is_a_list(online: Qwentts) -> None:
    """`batch <(command)`, also twice: of lines, or of whatever it looks like."""
    line = """batch <(printf 'One.\\nTwo.\\n') <(echo '{"text": "Three."}') -d out --force"""
    done = shell(online, line)
    assert done.returncode == 0, done.stderr
    made = sorted((online.folder / "out").glob("*.wav"))
    assert [read_back(path) for path in made] == ["One.", "Two.", "Three."]


def test_what_a_command_writes_is_a_file(online: Qwentts) -> None:
    """`-f <(command)`, also twice; an error in it has the name that the shell gave it, not that of a copy."""
    done = shell(online, "say -f <(echo One.) -f <(echo Two.) -o x.wav")
    assert done.returncode == 0
    assert read_back(online.folder / "x.wav") == "One.Two."
    refused = shell(online, "say -f <(printf 'caf\\351') -o y.wav")
    assert refused.returncode == 2
    assert refused.stderr.startswith(b"Error: /dev/fd/")


@pytest.mark.parametrize(
    ("args", "twice"),
    [
        (["say", "-f", "-", "-f", "/dev/stdin"], "the text twice"),
        (["say", "-", "--api-key-file", "-"], "both the key and the text"),
        (["batch", "-", "--api-key-file", "/dev/stdin"], "both the key and the list"),
    ],
)
def test_stdin_has_one_reader(online: Qwentts, sandbox: Sandbox, args: list[str], twice: str) -> None:
    """Two who want it get one clear sentence, and not the half of it each."""
    stderr = online(*args, stdin=b"sk-0123456789\nHello.\n", code=2).stderr
    assert f"stdin cannot give {twice}" in stderr
    assert not sandbox.ledger


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_what_stdout_cannot_encode_is_escaped(online: Qwentts, encoding: str) -> None:
    """In any locale a list is whole, and a document is JSON with all its characters."""
    env = {"PYTHONIOENCODING": encoding}
    assert b"\\u828a\\u60a6" in online("voices", env=env).stdout
    assert online("voices", "--json", env=env).json == online("voices", "--json").json
    document = online("say", "é", "-o", "早é.wav", "--json", env=env).json
    assert document["files"][0]["path"] == "早é.wav"
    rows = online("batch", "-", "-d", "早", "--jsonl", stdin="é".encode(), env=env)
    assert rows.json["output"] == "早/0001.wav"


def test_a_name_that_is_not_utf_8_stays_usable(online: Qwentts) -> None:
    """A script gets the name's bytes, a document its escape; a locale that is strict does not matter."""
    name = os.fsdecode(b"\xff.wav")
    env = {"PYTHONIOENCODING": "utf-8:strict"}
    assert started(online, "say", "hi", "-o", name, env=env).stdout == b"\xff.wav\n"
    document = started(online, "say", "hi", "-o", name, "--force", "--json", env=env).json
    assert document["files"][0]["path"] == name


def test_a_dumb_terminal_is_not_drawn_on(online: ForkedQwentts) -> None:
    """It knows no colours and no cursor: it gets plain lines."""
    assert b"\x1b" in on_a_terminal(online, "say", "hi", "-v", "Zhu", "-o", "a.wav", TERM="xterm")
    assert b"\x1b" not in on_a_terminal(online, "say", "hi", "-v", "Zhu", "-o", "b.wav", TERM="dumb")


def test_what_a_killed_run_left_goes_with_the_next(online: ForkedQwentts) -> None:
    """A half-written file has a name of its own, and is gone when anything is written in its folder."""
    (online.folder / ".qwentts-0123456789abcdef0123456789abcdef.part").write_bytes(b"half")
    online("say", "hi", "-o", "x.wav")
    assert [path.name for path in online.folder.iterdir()] == ["x.wav"]


def started(program: Qwentts, *args: str, env: dict[str, str], stdin: bytes = b"") -> Result:
    """Run the program by an interpreter of its own, which sets up its streams as `env` says."""
    result = Qwentts.run(program, *args, env=env, stdin=stdin)
    assert result.code == 0, result.stderr
    return result


def shell(program: Qwentts, line: str, server: str = "") -> subprocess.CompletedProcess[bytes]:
    """Run a command line of bash, in which the name of the program is left out.

    What bash writes into a pipe of its own has no way through a `server` to a program that is forked from it.
    """
    install_program(program.home, server)
    return subprocess.run(
        ["bash", "-c", f"{program.home}/qwentts {line}"],
        cwd=program.folder,
        env=program.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=200,
    )


def on_a_terminal(program: ForkedQwentts, *args: str, **env: str) -> bytes:
    """What the program shows on a terminal."""
    code, shown = drawn_by(program, *args, **env)
    assert code in {0, 6}
    return shown


def test_a_list_may_come_from_stdin_by_any_name(online: Qwentts) -> None:
    """As `-` does."""
    online("batch", "/dev/stdin", "-d", "out", stdin=b"One.\nTwo.\n")
    assert read_back(online.folder / "out" / "0002.wav") == "Two."


def test_a_lexicon_and_the_text_cannot_both_be_stdin(online: Qwentts, sandbox: Sandbox) -> None:
    """Neither gets half of what was piped."""
    told = online("say", "-", "--lexicon", "/dev/stdin", "-o", "a.wav", stdin=b"Hi.", code=2).stderr
    assert "stdin cannot give both the text and the lexicon" in told or "the lexicon and the text" in told
    assert not sandbox.ledger


def test_a_report_with_a_name_that_no_file_can_have(online: Qwentts, sandbox: Sandbox) -> None:
    """It is refused before anything is paid for."""
    (online.folder / "a.txt").write_text("Hi.")
    told = online("batch", "a.txt", "-d", "out", "--report", f"{'n' * 300}.html", code=2).stderr
    assert "File name too long" in told
    assert not sandbox.ledger
