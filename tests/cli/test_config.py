"""`qwentts config`: settings found, changed, and kept private."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import KEY, PROGRAM, Qwentts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwentts_cli.sandbox.server import Sandbox


def config_path(qwentts: Qwentts) -> Path:
    return Path(qwentts("config", "path").text.strip())


def write_config(qwentts: Qwentts, text: str) -> Path:
    path = config_path(qwentts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def with_umask(qwentts: Qwentts, umask: int, *args: str, stdin: bytes) -> None:
    subprocess.run(
        [*PROGRAM, *args],
        env=qwentts.environment(),
        cwd=qwentts.folder,
        input=stdin,
        check=True,
        umask=umask,
        capture_output=True,
    )


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_the_key_is_private_under_any_umask(qwentts: Qwentts, umask: int) -> None:
    """The file is 0600 in a folder of its own that is 0700, new or loosened before."""
    path = config_path(qwentts)
    with_umask(qwentts, umask, "config", "set", "api_key", "-", stdin=KEY.encode())
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert not mode(path.parent.parent) & 0o022
    path.chmod(0o666)
    path.parent.chmod(0o777)
    with_umask(qwentts, umask, "config", "set", "voice", "Ethan", stdin=b"")
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_link_stays_a_link(qwentts: Qwentts) -> None:
    """People keep their configuration in a repository; the file behind the link is changed, and private."""
    path, real = config_path(qwentts), qwentts.home / "dotfiles.toml"
    path.parent.mkdir(parents=True)
    path.symlink_to(real)
    qwentts("config", "set", "voice", "Ethan")
    assert path.is_symlink()
    assert (real.read_text(), mode(real)) == ('voice = "Ethan"\n', 0o600)


def test_comments_survive_a_set(qwentts: Qwentts) -> None:
    """The file stays the user's: order, comments and other settings are as they were."""
    path = write_config(qwentts, '# mine\nvoice = "Cherry" # nice\n\n[profiles.work]\nregion = "cn"\n')
    qwentts("config", "set", "model", "qwen3-tts-flash")
    qwentts("config", "set", "voice", "Ethan", "--profile", "work")
    assert path.read_text() == (
        '# mine\nvoice = "Cherry" # nice\nmodel = "qwen3-tts-flash"\n\n'
        '[profiles.work]\nregion = "cn"\nvoice = "Ethan"\n'
    )
    qwentts("config", "unset", "voice")
    assert "# mine\nmodel" in path.read_text()


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


def test_origins_follow_the_order_of_precedence(qwentts: Qwentts) -> None:
    """Flag, own variable, vendor's variable, profile, file, default; each is named."""
    path = write_config(
        qwentts,
        f'api_key = "{KEY}"\nvoice = "Cherry"\nregion = "cn"\n[profiles.work]\nvoice = "Ethan"\nbase_url = "https://x.example/api/v1"\n',
    )

    def origin(name: str, *args: str, **env: str) -> list[str]:
        listed = qwentts("config", "list", "--show-origin", *args, env=env).text
        line = next(line for line in listed.splitlines() if line.startswith(f"{name}="))
        return line.split("=", 1)[1].split("\t")

    assert origin("model") == ["qwen3-tts-flash", "default"]
    assert origin("voice") == ["Cherry", str(path)]
    assert origin("voice", "--profile", "work") == ["Ethan", f"profile work in {path}"]
    assert origin("voice", QWENTTS_PROFILE="work", QWENTTS_VOICE="Kai") == ["Kai", "QWENTTS_VOICE"]
    assert origin("region", "--region", "intl", QWENTTS_REGION="hk") == ["intl", "--region"]
    vendor = {"DASHSCOPE_API_KEY": "sk-vendor-123456", "DASHSCOPE_HTTP_BASE_URL": "https://y.example/api/v1"}
    assert origin("api_key", **vendor) == ["sk-...3456", "DASHSCOPE_API_KEY"]
    assert origin("base_url", "--profile", "work", **vendor)[1] == "DASHSCOPE_HTTP_BASE_URL"
    assert origin("api_key", QWENTTS_API_KEY="sk-own-99999999", **vendor)[1] == "QWENTTS_API_KEY"


def test_the_vendors_key_file_is_the_last_resort(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """Who uses the vendor's SDK has a key already."""
    vendor = qwentts.home / ".dashscope" / "api_key"
    vendor.parent.mkdir()
    vendor.write_text(f"{KEY}\n")
    qwentts("say", "Hi", "-o", "x.wav", env={"QWENTTS_BASE_URL": sandbox.base_url})
    assert sandbox.ledger[0].headers["Authorization"] == f"Bearer {KEY}"


def test_a_stronger_region_beats_a_weaker_base_url(qwentts: Qwentts) -> None:
    """`--region sandbox` costs nothing, whatever the environment points to."""
    env = {"DASHSCOPE_HTTP_BASE_URL": "https://paid.example/api/v1", "QWENTTS_API_KEY": KEY}
    assert "sandbox" in qwentts("say", "Hi", "-o", "x.wav", "--region", "sandbox", env=env).stderr
    both = ["--region", "sandbox", "--base-url", "https://paid.example"]
    assert "two servers" in qwentts("say", "Hi", "-o", "y.wav", *both, code=2).stderr


def test_a_working_folder_configures_nothing(qwentts: Qwentts) -> None:
    """A hostile repository must not redirect the key."""
    for name in ("config.toml", "qwentts.toml", ".qwentts.toml", ".env"):
        (qwentts.folder / name).write_text('base_url = "https://evil.example"\nQWENTTS_VOICE=Ethan\n')
    assert "evil" not in qwentts("config", "list").text


BROKEN = {
    'voice = "Cherry"\nmodel = \n': ":2:",
    'voice = "Cherry"\n  voise = "x"\n': ":2:3: there is no setting 'voise'",
    "jobs = 0\n": ":1:1: jobs: expected a whole number",
    'api_key = "sk-secret-value"\napi_key = "sk-secret-value"\n': ":2:",
    "api_key = ['sk-secret-value']\n": ":1:1: api_key: expected a text",
    '[profiles.a]\ntimeout = "sk-secret-value"\n': ":2:1: timeout: expected seconds",
    "profiles = 3\n": "profiles are tables",
    "[" * 5000: "not valid TOML",
    '[profiles]\nvoice = "x"\n': "a profile is a table",
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_told_by_its_place(qwentts: Qwentts, text: str) -> None:
    """Path, line and column, and never the value, which may be a key."""
    path = write_config(qwentts, text)
    stderr = qwentts("config", "list", code=2).stderr
    assert stderr.startswith(f"Error: {path}")
    assert BROKEN[text] in stderr
    assert "secret" not in stderr


def test_a_file_that_is_not_utf8_is_told_by_its_place(qwentts: Qwentts) -> None:
    """A byte that is no text has a line and a column too."""
    path = write_config(qwentts, "")
    path.write_bytes(b'voice = "Cherry"\nmodel = "\xff"\n')
    assert f"{path}:2:10: the configuration is not UTF-8" in qwentts("config", "list", code=2).stderr


def test_an_exposed_key_is_told(qwentts: Qwentts) -> None:
    """The fix is in the message; the run goes on."""
    path = write_config(qwentts, f'api_key = "{KEY}"\n')
    path.chmod(0o644)
    assert f"chmod 600 {path}" in qwentts("config", "list").stderr


def test_an_unknown_profile_is_refused(qwentts: Qwentts) -> None:
    """A slip in a profile's name must not use the default account."""
    write_config(qwentts, '[profiles.work]\nregion = "cn"\n')
    assert "Did you mean work?" in qwentts("config", "list", "--profile", "wrok", code=2).stderr


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("region", "CN-Beijing", "cn"),
        ("voice", "ono anna", "Ono Anna"),
        ("language", "zh", "Chinese"),
        ("jobs", "8", "8"),
    ],
)
def test_a_value_is_stored_in_its_usual_spelling(
    qwentts: Qwentts, name: str, value: str, stored: str
) -> None:
    """What `set` takes, `get` gives, as the wire needs it."""
    qwentts("config", "set", name, value)
    assert qwentts("config", "get", name).text == f"{stored}\n"


@pytest.mark.parametrize(
    "args",
    [
        ("region", "mars"),
        ("voice", "Chery"),
        ("jobs", "0"),
        ("format", "aac"),
        ("base_url", "http://x.example"),
        ("nothing", "1"),
        ("voice",),
    ],
)
def test_a_value_that_cannot_be_is_not_stored(qwentts: Qwentts, args: Sequence[str]) -> None:
    """A mistake is found when it is made, not at the next run."""
    qwentts("config", "set", *args, code=2)
    assert not config_path(qwentts).exists()


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


def test_edit_opens_the_editor_on_a_private_file(qwentts: Qwentts) -> None:
    """The file exists and is private before the editor sees it, and after."""
    editor = qwentts.folder / "editor"
    editor.write_text('#!/bin/sh\nprintf \'voice = "Kai"\\n\' > "$2"\nchmod 644 "$2"\n')
    editor.chmod(0o755)
    qwentts("config", "edit", env={"VISUAL": f"{editor} --wait"})
    assert qwentts("config", "get", "voice").text == "Kai\n"
    assert mode(config_path(qwentts)) == 0o600
    assert "editor" in qwentts("config", "edit", env={"VISUAL": "/no/such/editor"}, code=7).stderr


def test_the_editor_is_not_given_the_key(qwentts: Qwentts) -> None:
    """Nobody who is started has the key in its environment; the rest of it is there."""
    editor = qwentts.folder / "editor"
    editor.write_text(f"#!/bin/sh\nenv > {qwentts.folder}/seen\n")
    editor.chmod(0o755)
    qwentts("config", "edit", env={"VISUAL": str(editor), "QWENTTS_API_KEY": KEY, "DASHSCOPE_API_KEY": KEY})
    seen = (qwentts.folder / "seen").read_text()
    assert "VISUAL=" in seen
    assert KEY not in seen


def test_init_asks_on_a_terminal_and_hides_the_key(qwentts: Qwentts, sandbox: Sandbox) -> None:
    """Two questions, nothing over the network, and the key never on the screen."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "config", "init"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=qwentts.environment(),
        cwd=qwentts.folder,
        start_new_session=True,
    )
    os.close(follower)
    screen = b""
    for question, answer in ((b"Region of your key", b"cn\n"), (b"API key", KEY.encode() + b"\n")):
        while question not in screen:
            screen += os.read(leader, 1024)
        os.write(leader, answer)
    try:
        while data := os.read(leader, 1024):
            screen += data
    except OSError:  # the terminal is gone with its last user
        pass
    assert process.wait(20) == 0
    os.close(leader)
    assert KEY.encode() not in screen
    assert qwentts("config", "get", "region").text == "cn\n"
    env = {"QWENTTS_BASE_URL": sandbox.base_url}
    qwentts("say", "Hi", "-o", "x.wav", env=env)
    assert sandbox.ledger[0].headers["Authorization"] == f"Bearer {KEY}"


def test_init_in_a_script_says_what_to_do_instead(qwentts: Qwentts) -> None:
    """Questions to nobody would hang."""
    assert "config set api_key -" in qwentts("config", "init", code=2, stdin=b"").stderr


def test_many_writers_leave_a_whole_file(qwentts: Qwentts) -> None:
    """Eight processes at once: every setting is there afterwards."""
    names = [("voice", "Kai"), ("model", "qwen3-tts-flash"), ("jobs", "3"), ("rpm", "60")] * 2
    running = [
        qwentts.start("config", "set", name, value, "--profile", f"p{number}")
        for number, (name, value) in enumerate(names)
    ]
    assert [process.wait(30) for process in running] == [0] * 8
    for number, (name, value) in enumerate(names):
        assert qwentts("config", "get", name, "--profile", f"p{number}").text == f"{value}\n"
