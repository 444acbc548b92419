"""`qwentts doctor`: one line each, and the exit code of the first failure."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import KEY, at
from tests.reliability.raw_server import answering, http, serving

if TYPE_CHECKING:
    from tests.conftest import Qwentts


def by_name(document: dict[str, Any]) -> dict[str, Any]:
    return {check["name"]: check for check in document["checks"]}


def test_all_is_well_where_the_key_is_taken(online: Qwentts) -> None:
    """Each thing has a line that begins with ok; the key itself is not shown."""
    shown = online("doctor").text
    names = [line.split()[1] for line in shown.splitlines() if line.startswith("ok ")]
    assert {"configuration", "server", "key", "access", "clock", "voice", "cache", "state"} < set(names)
    assert "fail" not in shown
    assert KEY not in shown
    assert f"sk-...{KEY[-4:]} from QWENTTS_API_KEY" in shown


def test_the_first_failure_gives_the_exit_code(qwentts: Qwentts) -> None:
    """No key is 3, and every other thing is looked at all the same."""
    shown = qwentts("doctor", code=3).text
    assert "fail  key            no API key is set -> qwentts config init" in shown
    assert "ok    versions" in shown


def test_a_script_gets_one_document(qwentts: Qwentts) -> None:
    """With the state, the finding and the fix of each."""
    document = qwentts("doctor", "--json", code=3).json
    assert document["exit"] == 3
    assert by_name(document)["key"]["fix"] == "qwentts config init"
    assert by_name(document)["cache"]["status"] == "ok"


def test_a_refused_key_is_not_sent_on(qwentts: Qwentts) -> None:
    """Nobody was there to say yes."""
    with Sandbox(voice_engine="tones", region_of=["sk-of-cn-0123456789=cn"]) as sandbox:
        document = at(qwentts, sandbox)("doctor", "--json", code=3).json
        assert len(sandbox.ledger) == 1
    assert by_name(document)["access"]["fix"] == "qwentts doctor --all-regions"
    assert "other host" not in by_name(document)


def test_on_a_terminal_it_asks_before_it_sends_the_key_on(qwentts: Qwentts) -> None:
    """The question names the hosts; with no, none of them is asked."""
    leader, follower = pty.openpty()
    with Sandbox(voice_engine="tones", region_of=["sk-of-cn-0123456789=cn"]) as sandbox:
        process = at(qwentts, sandbox).start(
            "doctor", stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        os.write(leader, b"n\n")
        shown, asked = process.communicate(timeout=200)
    os.close(leader)
    os.close(follower)
    assert b"dashscope.aliyuncs.com" in asked
    assert process.returncode == 3
    assert b"other host" not in shown


def test_a_server_without_a_list_is_a_warning(qwentts: Qwentts) -> None:
    """It may speak all the same, so the exit code is 0."""
    with serving(answering(http(b"{}", status="404 Not Found"))) as server:
        qwentts.env |= {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": f"http://127.0.0.1:{server.port}"}
        shown = qwentts("doctor").text
    assert "warn  access" in shown


def test_a_broken_configuration_is_a_failure_among_others(qwentts: Qwentts) -> None:
    """With its line, and with what can be looked at without it."""
    folder = qwentts.home / ".config" / "qwentts"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("voice = \n", encoding="utf-8")
    shown = qwentts("doctor", code=2).text
    assert "config.toml:1:" in shown.splitlines()[0]
    assert "ok    cache" in shown


def test_what_is_wrong_on_this_machine_is_told(online: Qwentts) -> None:
    """A model that is announced to end, and a state folder that cannot be one."""
    state = online.home / ".local" / "state"
    state.mkdir(parents=True)
    (state / "qwentts").write_text("", encoding="utf-8")
    document = online("doctor", "--json", code=7, env={"QWENTTS_MODEL": "qwen3-tts-instruct-flash"}).json
    ended = [check for check in document["checks"] if check["name"] == "voice" and check["status"] == "warn"]
    assert "2026-10-10" in ended[0]["found"]
    assert by_name(document)["state"]["status"] == "fail"


def test_the_sandbox_needs_no_key(qwentts: Qwentts) -> None:
    """And no host is asked."""
    assert "fail" not in qwentts("doctor", "--region", "sandbox").text
