"""The key: where it comes from, that it is private, and that it is not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.configuration import config_path, mode, write_config
from tests.conftest import KEY

if TYPE_CHECKING:
    from qwentts_cli.sandbox.server import Sandbox
    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_key_is_private_under_any_umask(qwentts: ForkedQwentts, umask: int) -> None:
    """The file is 0600 in a folder of its own that is 0700, new or loosened before."""
    path = config_path(qwentts)
    with qwentts.running("config", "set", "api_key", "-", stdin=KEY.encode(), umask=umask) as run:
        assert run.wait().code == 0
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert not mode(path.parent.parent) & 0o022
    path.chmod(0o644)
    path.parent.chmod(0o777)
    with qwentts.running("config", "set", "voice", "Ethan", umask=umask) as run:
        assert run.wait().code == 0
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_key_on_the_command_line_is_refused(qwentts: Qwentts) -> None:
    """Everybody on the machine could read it, and the history keeps it."""
    result = qwentts("config", "set", "api_key", KEY, code=2)
    assert KEY not in result.stderr
    assert not config_path(qwentts).exists()


def test_the_key_is_shown_by_its_end_only(qwentts: Qwentts) -> None:
    """Four characters tell keys apart and give nothing away."""
    qwentts("config", "set", "api_key", "-", stdin=f"  {KEY}\n".encode())
    shown = qwentts("config", "list").text + qwentts("config", "get", "api_key").text
    shown += qwentts("config", "list", "--json").text + qwentts("config", "list", "--show-origin").text
    assert shown.count(f"sk-...{KEY[-4:]}") == 4
    assert KEY not in shown


def test_the_vendors_key_file_is_the_last_resort(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """Who uses the vendor's SDK has a key already."""
    vendor = qwentts.home / ".dashscope" / "api_key"
    vendor.parent.mkdir()
    vendor.write_text(f"{KEY}\n")
    qwentts("say", "Hi", "-o", "x.wav", env={"QWENTTS_BASE_URL": sandbox.base_url})
    assert sandbox.ledger[0].headers["Authorization"] == f"Bearer {KEY}"


def test_an_exposed_key_is_told(qwentts: Qwentts) -> None:
    """The fix is in the message; the run goes on."""
    path = write_config(qwentts, f'api_key = "{KEY}"\n')
    path.chmod(0o644)
    assert f"chmod 600 {path}" in qwentts("config", "list").stderr


BAD_KEYS = {
    '"sk-quoted-key"': "quotes",
    "Bearer sk-abcdefgh": "Bearer",
    "sk-xxx": "placeholder",
    "YOUR_API_KEY": "placeholder",
    "$DASHSCOPE_API_KEY": "placeholder",
    "sk-abc\ndef": "line breaks",
    "sk-密钥密钥密钥": "characters that no key has",
}


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_key_that_cannot_be_right_is_refused_unsent(online: Qwentts, sandbox: Sandbox, key: str) -> None:
    """What a header cannot carry, or what nobody's key looks like, is told without being shown."""
    result = online("say", "Hi", "-o", "x.wav", env={"QWENTTS_API_KEY": key}, code=3)
    assert BAD_KEYS[key] in result.stderr
    assert "QWENTTS_API_KEY" in result.stderr
    assert sandbox.ledger == []


def test_a_key_comes_from_a_file_or_a_pipe(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """`--api-key-file` trims what editors add, and takes stdin for a password manager."""
    (qwentts.folder / "key").write_bytes(b"\xef\xbb\xbf" + KEY.encode() + b"\r\n")
    env = {"QWENTTS_BASE_URL": sandbox.base_url}
    qwentts("say", "Hi", "-o", "a.wav", "--api-key-file", "key", env=env)
    qwentts("say", "Hi", "-o", "b.wav", "--api-key-file", "-", env=env, stdin=KEY.encode())
    used = {record.headers["Authorization"] for record in sandbox.ledger if record.phase == "post"}
    assert used == {f"Bearer {KEY}"}
    qwentts("say", "Hi", "-o", "c.wav", "--api-key-file", "missing", env=env, code=2)


def test_the_editor_is_not_given_the_key(qwentts: Qwentts) -> None:
    """Nobody who is started has the key in its environment; the rest of it is there."""
    editor = qwentts.folder / "editor"
    editor.write_text(f"#!/bin/sh\nenv > {qwentts.folder}/seen\n")
    editor.chmod(0o755)
    qwentts("config", "edit", env={"VISUAL": str(editor), "QWENTTS_API_KEY": KEY, "DASHSCOPE_API_KEY": KEY})
    seen = (qwentts.folder / "seen").read_text()
    assert "VISUAL=" in seen
    assert KEY not in seen
