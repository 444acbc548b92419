"""Files that decide where a key goes are believed only if nobody else could have written them."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.configuration import config_path, write_config
from tests.conftest import KEY, PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts

NOBODY = 65534
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root can give a file away")
SAID = ("say", "Hi.", "-o", "x.wav")


def configure(qwentts: Qwentts, sandbox: Sandbox) -> Path:
    return write_config(qwentts, f'api_key = "{KEY}"\nbase_url = "{sandbox.base_url}"\n')


def key_file(qwentts: Qwentts, name: str) -> tuple[Path, tuple[str, ...]]:
    """One of the files a key is read from, and the arguments that have it read."""
    path = qwentts.folder / "key"
    if name != "--api-key-file":
        path = qwentts.home / ".dashscope" / "api_key"
        path.parent.mkdir()
    path.write_text(KEY)
    return path, (name, "key") if name == "--api-key-file" else ()


@pytest.mark.parametrize("bits", [0o660, 0o606, 0o666])
def test_a_configuration_that_others_can_write(qwentts: Qwentts, sandbox: Sandbox, bits: int) -> None:
    """It could send the key elsewhere: nothing is sent, and the command in the message mends it."""
    path = configure(qwentts, sandbox)
    path.chmod(bits)
    for args in (SAID, ("config", "list"), ("config", "set", "voice", "Ethan")):
        stderr = qwentts(*args, code=7).stderr
        assert f"{path} is not believed: others can write to it" in stderr
        assert f"chmod 600 {path}" in stderr
    assert sandbox.ledger == []
    subprocess.run(["chmod", "600", path], check=True)
    qwentts(*SAID)


@only_root
def test_a_configuration_of_another_user(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """Who owns it can write it whenever they like."""
    path = configure(qwentts, sandbox)
    os.chown(path, NOBODY, NOBODY)
    for args in (SAID, ("config", "set", "voice", "Ethan")):
        stderr = qwentts(*args, code=7).stderr
        assert f"belongs to another user ({NOBODY})" in stderr
        assert f"chown 0 {path}" in stderr
    assert sandbox.ledger == []


def test_a_configuration_behind_a_link(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """People keep theirs with their other dotfiles; what counts is the file that the link leads to."""
    path = configure(qwentts, sandbox)
    real = qwentts.home / "dotfiles.toml"
    path.rename(real)
    path.symlink_to(real)
    qwentts(*SAID)
    real.chmod(0o666)
    assert "is not believed" in qwentts("say", "Hi.", "-o", "y.wav", code=7).stderr


@pytest.mark.parametrize("name", ["--api-key-file", "the vendor's"])
@pytest.mark.parametrize("bits", [0o620, 0o602])
def test_a_key_that_others_can_write(qwentts: Qwentts, sandbox: Sandbox, name: str, bits: int) -> None:
    """Somebody else's key would show them what is spoken."""
    path, args = key_file(qwentts, name)
    path.chmod(bits)
    env = {"QWENTTS_BASE_URL": sandbox.base_url}
    stderr = qwentts(*SAID, *args, env=env, code=7).stderr
    assert "is not believed: others can write to it" in stderr
    assert "chmod 600" in stderr
    assert KEY not in stderr
    assert sandbox.ledger == []
    path.chmod(0o640)
    qwentts(*SAID, *args, env=env)


@only_root
@pytest.mark.parametrize("name", ["--api-key-file", "the vendor's"])
def test_a_key_of_another_user(qwentts: Qwentts, sandbox: Sandbox, name: str) -> None:
    """However its permissions are."""
    path, args = key_file(qwentts, name)
    path.chmod(0o600)
    os.chown(path, NOBODY, NOBODY)
    stderr = qwentts(*SAID, *args, env={"QWENTTS_BASE_URL": sandbox.base_url}, code=7).stderr
    assert f"belongs to another user ({NOBODY})" in stderr
    assert sandbox.ledger == []


def test_a_key_from_a_command(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """A pipe that a shell makes of a command has no file behind it that others could write."""
    script = f"{' '.join(PROGRAM)} say Hi. -o x.wav --api-key-file <(echo {KEY})"
    env = qwentts.environment({"QWENTTS_BASE_URL": sandbox.base_url})
    subprocess.run(["bash", "-c", script], cwd=qwentts.folder, env=env, check=True)
    assert sandbox.ledger[0].headers["Authorization"] == f"Bearer {KEY}"


def test_a_pipe_in_the_place_of_the_configuration(qwentts: Qwentts) -> None:
    """It is told at once, and not waited for."""
    path = config_path(qwentts)
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    assert f"{path} is not a file" in qwentts("config", "list", code=7).stderr
