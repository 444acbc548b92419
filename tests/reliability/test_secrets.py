"""The key goes to the service and nowhere else: no argument, file, message, child or other server has it."""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import PROGRAM, Qwentts, Result, at
from tests.players import player
from tests.reliability.broken_disk import KILL, Broken
from tests.reliability.raw_server import answering, http, serving
from tests.reliability.waiting import at_once, until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.reliability.forked import ForkedQwentts

CANARY = "sk-Zq7xCANARYw9Kp3mVt"
# Of no known form, so that only knowing it can hide it.
ODD_KEY = "Zq7xODDKEYw9Kp3mVt"
SAID = ("say", "Hi.", "-o", "out.wav", "--force")
FAULTS = (
    "",
    "post:status=400",
    "post:code=InvalidApiKey",
    "post:status=500",
    "post:garbage",
    "post:html",
    "post:redirect=307",
    "post:bad-url=other-host",
    "get:expired",
    "get:not-wav=html",
    "get:redirect=301",
    "sse:bad-base64",
)
VERBOSITY = ((), ("--debug", "--json"))


def forms(secret: str) -> set[str]:
    """How a secret may hide: as it is, in parts, encoded."""
    parts = {secret[start : start + 8] for start in range(0, len(secret) - 7, 4)}
    return {*parts, base64.b64encode(secret.encode()).decode(), quote(secret), repr(secret)[1:-1]}


def holders(texts: Iterable[tuple[str, bytes]], secret: str) -> list[str]:
    return [name for name, data in texts if any(form.encode() in data for form in forms(secret))]


def files(qwentts: Qwentts) -> list[tuple[str, bytes]]:
    """All that a run left on disk."""
    paths = [*qwentts.home.rglob("*"), *qwentts.folder.rglob("*")]
    return [(str(path), path.read_bytes()) for path in paths if path.is_file()]


def test_no_message_and_no_file_has_a_secret(qwentts: ForkedQwentts) -> None:
    """Whatever goes wrong and however much is told: neither the key nor a signature of an address."""

    def run(case: tuple[str, tuple[str, ...]]) -> None:
        faults, verbosity = case
        with Sandbox(voice_engine="tones", faults=faults) as server:
            target = ("-o", "-") if faults.startswith("sse") and "--json" not in verbosity else ()
            env = {
                "QWENTTS_API_KEY": CANARY,
                "QWENTTS_BASE_URL": server.base_url,
                "QWENTTS_RPM": "60000",
            }
            with qwentts.running(*SAID, "--refresh", *target, *verbosity, env=env) as started:
                result = started.wait()
            told = [("stdout", result.stdout), ("stderr", result.stderr.encode())]
            assert holders(told, CANARY) == []
            assert [name for name, data in told if re.search(rb"(Signature|Expires)=(?!\*)", data)] == []
            # The control: the key was there to be leaked.
            assert server.ledger[0].header("Authorization") == f"Bearer {CANARY}"
            assert not any(row.header("Authorization") for row in server.ledger if row.method == "GET")

    at_once(run, product(FAULTS, VERBOSITY))
    assert holders(files(qwentts), CANARY) == []


def test_only_what_waits_to_be_fetched_has_a_signed_address(qwentts: ForkedQwentts) -> None:
    """The one file with an address is private, and is gone when the sound is there."""
    with Sandbox(voice_engine="tones", faults="get:garbage*3") as server:
        at(qwentts, server)(*SAID, code=5)
        holding = [name for name, data in files(qwentts) if b"Signature=" in data]
        assert len(holding) == 1
        assert "/pending/" in holding[0]
        assert os.stat(holding[0]).st_mode & 0o777 == 0o600  # noqa: PTH116 - the mode as it is
        qwentts(*SAID)
    assert not [name for name, data in files(qwentts) if b"Signature=" in data]


def test_a_key_that_the_server_echoes_is_hidden(qwentts: ForkedQwentts) -> None:
    """A message that quotes the key, whatever the key looks like, is shown without it."""
    body = f'{{"code": "InvalidParameter", "message": "bad key {ODD_KEY} of you", "request_id": "r-1"}}'
    for status in ("400 Bad", "500 No", "200 OK"):
        with serving(answering(http(body.encode(), status=status))) as server:
            env = {"QWENTTS_API_KEY": ODD_KEY, "QWENTTS_BASE_URL": server.base_url}
            result = qwentts(*SAID, "--json", env=env, code=6)
        assert ODD_KEY not in result.stderr + result.text
        assert "bad key *** of you" in result.stderr


def test_no_child_and_no_process_list_has_the_key(qwentts: ForkedQwentts) -> None:
    """The player's environment and every command line, while they run."""
    script = "tr '\\0' '\\n' </proc/$$/environ >env.new\nmv env.new env\nexec cat >/dev/null"
    (qwentts.folder / "key").write_text(CANARY)
    env = player(qwentts, script) | {
        "QWENTTS_API_KEY": CANARY,
        "DASHSCOPE_API_KEY": CANARY,
        "GITHUB_TOKEN": CANARY,
        "MARK": "this is the child",
    }
    with Sandbox(voice_engine="tones", faults="post:latency=0.2") as server:
        at(qwentts, server)
        command = [*PROGRAM, "say", "Hi.", "--play", "--api-key-file", "key"]
        with subprocess.Popen(command, cwd=qwentts.folder, env=qwentts.environment(env)) as run:
            until((qwentts.folder / "env").exists)
            lines = list(command_lines(run.pid))
            assert run.wait() == 0
        assert server.ledger[0].header("Authorization") == f"Bearer {CANARY}"
    environment = (qwentts.folder / "env").read_bytes()
    assert b"MARK=this is the child" in environment
    assert lines
    assert holders([("environ", environment), *(("cmdline", line) for line in lines)], CANARY) == []


def command_lines(pid: int) -> Iterator[bytes]:
    """Those of a process and its children, as far as they have not ended meanwhile."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for number in (pid, *children):
        with suppress(FileNotFoundError, ProcessLookupError):
            yield Path(f"/proc/{number}/cmdline").read_bytes()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(qwentts: ForkedQwentts, status: int) -> None:
    """Not by a synthesis, a stream or a download, to whatever it leads."""
    with serving(answering(http(b"{}"))) as stranger:
        places = (
            f"http://localhost:{stranger.port}/x",
            f"http://127.0.0.1:{stranger.port}/x",
            f"//127.0.0.1:{stranger.port}/x",
            "file:///etc/passwd",
            "/api/v1/again",
        )

        def ask(place: str, target: str) -> tuple[Result, int]:
            redirect = http(b"x" * 100_000, f"Location: {place}", status=f"{status} Go")
            with serving(answering(redirect)) as server:
                env = {"QWENTTS_API_KEY": CANARY, "QWENTTS_BASE_URL": server.base_url}
                return qwentts("say", "Hi.", "-o", target, env=env, code=5), len(server.requests)

        for place in (places[status % 5], places[(status + 2) % 5]):
            result, requests = ask(place, "-" if place.startswith("http") else "out.wav")
            assert "redirect" in result.stderr
            assert requests == 3
        assert stranger.connections == 0


def test_netrc_replaces_no_key_and_adds_no_password(online: ForkedQwentts, sandbox: Sandbox) -> None:
    """`~/.netrc` and $NETRC have a say in neither phase, nor in a stream."""
    netrc = online.home / ".netrc"
    netrc.write_text(
        "machine 127.0.0.1 login me password hidden-word\ndefault login me password hidden-word\n"
    )
    netrc.chmod(0o600)
    for env in ({}, {"NETRC": str(netrc)}):
        online(*SAID, "--refresh", env={"QWENTTS_API_KEY": CANARY, **env})
        online("say", "Hi.", "-o", "-", "--refresh", env={"QWENTTS_API_KEY": CANARY, **env})
    assert {row.header("Authorization") for row in sandbox.ledger if row.method == "POST"} == {
        f"Bearer {CANARY}"
    }
    assert {row.header("Authorization") for row in sandbox.ledger if row.method == "GET"} == {""}


REFUSED_BASES = (
    "https://user:pw@127.0.0.1/api/v1",
    "http://tts.example.com/api/v1",
    "http://127.0.0.1.example.com/api/v1",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "http://2130706433/",
    "https://127.0.0.1/\r\nX-Injected: 1",
    "https://127.0.0.1/api?x=1",
)


def test_a_base_url_that_could_leak_the_key_is_refused(qwentts: ForkedQwentts) -> None:
    """Exit 2, nothing sent, and the password in it is not shown."""
    for url in REFUSED_BASES:
        result = qwentts(*SAID, env={"QWENTTS_API_KEY": CANARY, "QWENTTS_BASE_URL": url}, code=2)
        assert "pw@" not in result.stderr
        assert CANARY not in result.stderr


@pytest.mark.parametrize(("option", "code"), [("-v", 2), ("-m", 2), ("-l", 2), ("-i", 0)])
def test_no_option_can_add_a_header(online: ForkedQwentts, sandbox: Sandbox, option: str, code: int) -> None:
    """CR and LF in what is typed change no request: they are refused, or are text in JSON."""
    online(*SAID, option, "x\r\nX-Injected: 1", code=code)
    assert len(sandbox.ledger) == (0 if code else 2)
    assert not any(row.header("X-Injected") for row in sandbox.ledger)


@pytest.mark.parametrize(
    "key", ["sk-a\r\nX-Injected: 1", "sk-a b", "sk-\u00e9", "sk-a\x00b", '"sk-abc"', "Bearer sk-1"]
)
def test_a_key_that_no_header_may_carry(qwentts: ForkedQwentts, key: str) -> None:
    """Refused before anything is sent, and not echoed."""
    (qwentts.folder / "key").write_bytes(key.encode())
    with Sandbox(voice_engine="tones") as server:
        env = {"QWENTTS_BASE_URL": server.base_url}
        result = qwentts(*SAID, "--api-key-file", "key", env=env, code=3)
        assert server.ledger == []
    assert key not in result.stderr


def test_cookies_are_not_kept(qwentts: ForkedQwentts) -> None:
    """What a server sets is not sent back, not even within one run."""
    answer = http(b"{}", "Set-Cookie: id=1; Path=/")
    with serving(answering(answer)) as server:
        qwentts(*SAID, env={"QWENTTS_API_KEY": CANARY, "QWENTTS_BASE_URL": server.base_url}, code=5)
        assert len(server.requests) == 3
        assert not any(b"cookie" in request.lower() for request in server.requests)


def test_the_working_folder_configures_nothing(online: ForkedQwentts, sandbox: Sandbox) -> None:
    """A hostile repository cannot send the key to its own server."""
    with serving(answering(http(b"{}"))) as stranger:
        hostile = f'base_url = "{stranger.base_url}"\n'
        for name in ("config.toml", "qwentts.toml", ".qwentts.toml", "pyproject.toml"):
            (online.folder / name).write_text(hostile)
        for name in (".qwentts", "qwentts", ".config/qwentts"):
            (online.folder / name).mkdir(parents=True)
            (online.folder / name / "config.toml").write_text(hostile)
        (online.folder / ".env").write_text(f"QWENTTS_BASE_URL={stranger.base_url}\n")
        online(*SAID)
        assert stranger.connections == 0
    assert len(sandbox.ledger) == 2


def test_many_runs_at_once_leave_a_whole_configuration(qwentts: ForkedQwentts) -> None:
    """Eight writers at the same time: it parses, has every value, and is private."""
    with ThreadPoolExecutor(8) as pool:
        runs = [
            pool.submit(qwentts, "--profile", f"p{number}", "config", "set", "voice", "Cherry")
            for number in range(16)
        ]
    assert {run.result().code for run in runs} == {0}
    config = qwentts.home / ".config" / "qwentts" / "config.toml"
    assert config.read_text().count('voice = "Cherry"') == 16
    assert config.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in config.parent.iterdir()) == ["config.toml"]


def test_a_killed_configuration_writer_leaves_old_or_new(qwentts: ForkedQwentts) -> None:
    """Wherever it is killed, the key that was there can be read; the next writer clears up."""
    qwentts("config", "set", "api_key", "-", stdin=CANARY.encode())
    kills = 0
    for moment in range(1, 60):
        with qwentts.running("config", "set", "jobs", str(moment), broken=Broken(moment, KILL)) as run:
            code = run.wait().code
        assert qwentts("config", "get", "api_key").text == f"sk-...{CANARY[-4:]}\n"
        if not code:
            break
        assert code == -signal.SIGKILL
        (qwentts.home / "fired").rmdir()
        kills += 1
    assert kills > 4
    assert qwentts("config", "get", "jobs").text == f"{kills + 1}\n"
    assert [path.name for path in (qwentts.home / ".config" / "qwentts").iterdir()] == ["config.toml"]


SECRET_VARIABLES = {
    "QWENTTS_API_KEY": CANARY,
    "DASHSCOPE_API_KEY": CANARY,
    "GITHUB_TOKEN": CANARY,
    "AWS_SECRET_ACCESS_KEY": CANARY,
    "DB_PASSWORD": CANARY,
    "DATABASE_URL": f"postgres://me:{CANARY}@db/x",
    "MY_OWN_NAME": f"key={CANARY}",
}


@pytest.mark.parametrize("name", ["paplay", "pw-play", "editor"])
def test_no_program_gets_a_secret(online: ForkedQwentts, name: str) -> None:
    """Neither a player, nor one that is only asked for its options, nor the editor."""
    dump = "tr '\\0' '\\n' </proc/$$/environ >>env"
    if name == "editor":
        script = online.home / "editor"
        script.write_text(f"#!/bin/sh\n{dump}\n")
        script.chmod(0o755)
        online("config", "edit", env={**SECRET_VARIABLES, "EDITOR": str(script), "MARK": "the child"})
    else:
        env = player(online, f'{dump}\n[ "$1" = --help ] || exec cat >/dev/null')
        (online.home / "bin" / "paplay").rename(online.home / "bin" / name)
        online("say", "Hi.", "--play", env={**SECRET_VARIABLES, **env, "MARK": "the child"})
    environment = (online.folder / "env").read_bytes()
    assert environment.count(b"MARK=the child") == (2 if name == "pw-play" else 1)
    assert holders([("environ", environment)], CANARY) == []
