"""`api_key_command`: the key from a password manager, asked for only when it is needed, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.errors import AuthError, UsageError
from qwentts_cli.settings.key_command import ask_for_key
from qwentts_cli.settings.schema import setting
from tests.cli.configuration import config_path, write_config
from tests.conftest import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

SAID = "the vault says 8462846284"


def manager(qwentts: Qwentts, script: str) -> Path:
    """A password manager of the test's own; each run of it is a line in `runs`."""
    path = qwentts.home / "pass word"
    path.write_text(f"#!/bin/sh\necho run >> '{qwentts.home}/runs'\nenv > '{qwentts.home}/env'\n{script}\n")
    path.chmod(0o755)
    return path


def runs(qwentts: Qwentts) -> int:
    log = qwentts.home / "runs"
    return len(log.read_text().splitlines()) if log.exists() else 0


def configure(qwentts: Qwentts, script: str) -> None:
    command = f"'{manager(qwentts, script)}' show 'qwen tts'"
    write_config(qwentts, f'api_key_command = """{command}"""\n')


def test_the_key_is_asked_for_once(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """However many requests there are; its first line is the key, and a variable may open the vault."""
    configure(qwentts, f'[ "$1 $2" = "show qwen tts" ] && printf "%s\\nlogin: me\\n" {KEY}')
    (qwentts.folder / "two.txt").write_text("One.\nTwo.\n")
    env = {"QWENTTS_BASE_URL": sandbox.base_url, "OP_SERVICE_ACCOUNT_TOKEN": "tok-12345678"}
    qwentts("batch", "two.txt", "--lines", "-d", "out", env=env)
    used = {record.headers["Authorization"] for record in sandbox.ledger if record.phase == "post"}
    assert used == {f"Bearer {KEY}"}
    assert runs(qwentts) == 1
    assert "OP_SERVICE_ACCOUNT_TOKEN=tok-12345678" in (qwentts.home / "env").read_text()


def test_nobody_is_asked_for_a_key_where_all_is_in_the_cache(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """Only a request needs it."""
    configure(qwentts, f"echo {KEY}")
    env = {"QWENTTS_BASE_URL": sandbox.base_url}
    for _ in range(2):
        qwentts("say", "Hi", "-o", "x.wav", "--force", env=env)
    assert runs(qwentts) == 1


def test_a_program_that_fails_is_not_run_again(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """However many workers would ask it: each time somebody might have to type a passphrase."""
    configure(qwentts, "exit 3")
    (qwentts.folder / "many.txt").write_text("\n".join(f"Line {number}." for number in range(9)))
    env = {"QWENTTS_BASE_URL": sandbox.base_url}
    words = ["batch", "many.txt", "--lines", "-d", "out", "-j", "4"]
    assert "failed with exit code 3" in qwentts(*words, env=env, code=3).stderr
    assert runs(qwentts) == 1
    assert sandbox.ledger == []


@pytest.mark.parametrize(
    "words",
    [
        "--help",
        "say --help",
        "voices",
        "config list",
        "say Hi --dry-run",
        "say Hi -o a.wav --region sandbox",
        "TAB",
    ],
)
def test_nobody_is_asked_for_a_key_that_is_not_needed(qwentts: Qwentts, words: str) -> None:
    """A passphrase is not typed for a list of voices."""
    configure(qwentts, f"echo {KEY}")
    if words == "TAB":
        qwentts("say", "-v", "Che", env={"_QWENTTS_COMPLETE": "bash"})
    else:
        qwentts(*words.split())
    assert runs(qwentts) == 0


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (f"echo {SAID}; echo {SAID} >&2; exit 3", "failed with exit code 3"),
        ("true", "gave no key"),
        (f"echo {SAID}", "cannot be right: it holds spaces"),
    ],
)
def test_its_failure_is_told_without_what_it_said(
    qwentts: Qwentts, sandbox: Sandbox, script: str, told: str
) -> None:
    """Its output may be a secret; where the command stands is told, and nothing is sent."""
    configure(qwentts, script)
    env = {"QWENTTS_BASE_URL": sandbox.base_url}
    stderr = qwentts("say", "Hi", "-o", "x.wav", "--debug", env=env, code=3).stderr
    assert told in stderr
    assert f"api_key_command in {config_path(qwentts)}" in stderr
    assert SAID not in stderr
    assert "8462846284" not in stderr
    assert sandbox.ledger == []


def test_a_program_that_does_not_end_is_given_up() -> None:
    """Nobody waits for ever for a prompt that nobody sees."""
    with pytest.raises(AuthError, match="gave no key within"):
        ask_for_key("sleep 30", "config.toml", longest_s=0.05)
    with pytest.raises(AuthError, match="cannot be started: No such file"):
        ask_for_key("/no/such/program show", "config.toml")


@pytest.mark.parametrize("command", ["", "  ", "pass 'show", "pass show qwen | head -1", "a && b", "a\tb"])
def test_what_only_a_shell_could_run_is_refused(command: str) -> None:
    """It is found out when it is set, not when it is run."""
    with pytest.raises(UsageError, match="api_key_command"):
        setting("api_key_command").read(command, "config set")


def test_two_sources_of_a_key_in_one_place_are_refused(qwentts: Qwentts) -> None:
    """Nobody can know which was meant; the way out works all the same."""
    path = write_config(qwentts, f'api_key = "{KEY}"\napi_key_command = "pass show qwen"\n')
    assert f"{path}: api_key and api_key_command are both set" in qwentts("voices", code=2).stderr
    qwentts("config", "unset", "api_key")
    qwentts("voices")
    refused = qwentts("config", "set", "api_key", "-", stdin=KEY.encode(), code=2).stderr
    assert "First: qwentts config unset api_key_command" in refused


def test_the_command_of_a_profile_stands_above_the_key_of_the_file(
    qwentts: Qwentts, sandbox: Sandbox
) -> None:
    """It ranks as `api_key` does in its place."""
    program = manager(qwentts, f"echo {KEY}")
    write_config(
        qwentts, f'api_key = "sk-of-the-file-00000000"\n[profiles.work]\napi_key_command = "\'{program}\'"\n'
    )
    env = {"QWENTTS_BASE_URL": sandbox.base_url}
    qwentts("say", "Hi", "-o", "x.wav", "--profile", "work", env=env)
    assert sandbox.ledger[0].headers["Authorization"] == f"Bearer {KEY}"
    qwentts("say", "Hi", "-o", "y.wav", "--profile", "work", env=env | {"QWENTTS_API_KEY": KEY})
    assert runs(qwentts) == 1


def test_only_a_file_that_is_trusted_says_what_is_run(qwentts: Qwentts) -> None:
    """Neither a variable nor a file that others can write to."""
    stderr = qwentts("voices", env={"QWENTTS_API_KEY_COMMAND": "pass show qwen"}, code=2).stderr
    assert "QWENTTS_API_KEY_COMMAND: only the configuration file says what is run" in stderr
    configure(qwentts, f"echo {KEY}")
    config_path(qwentts).chmod(0o666)
    assert qwentts("say", "Hi", "-o", "x.wav", code=7).stderr
    assert runs(qwentts) == 0


def test_doctor_tells_where_the_key_comes_from(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """And shows its end."""
    configure(qwentts, f"echo {KEY}")
    found = qwentts.run("doctor", env={"QWENTTS_BASE_URL": sandbox.base_url}).text
    assert f"sk-...{KEY[-4:]} from api_key_command in {config_path(qwentts)}" in found
