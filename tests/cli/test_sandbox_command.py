"""`qwentts sandbox`: a service on this machine, for scripts and for other clients."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.faults.rules import fault_kinds
from tests.conftest import KEY, Qwentts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@pytest.fixture
def served(qwentts: Qwentts, ledger: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The sandbox as a user starts it, and the URL it printed first."""
    process = qwentts.start(
        "sandbox",
        "--voice-engine",
        "tones",
        "--ledger",
        ledger,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    yield process, process.stdout.readline().decode().strip()
    process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def test_its_first_line_is_the_base_url(
    qwentts: Qwentts, served: tuple[subprocess.Popen[bytes], str], ledger: Path
) -> None:
    """A script reads one line and is ready; every request is a line of the ledger, without the key."""
    _, url = served
    qwentts("say", "Hi", "-o", "x.wav", "--base-url", url, env={"QWENTTS_API_KEY": KEY})
    rows = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert [row.get("phase", row["type"]) for row in rows] == ["post", "bill", "get"]
    assert rows[1]["characters"] == 2
    assert KEY not in ledger.read_text()


def test_it_refuses_a_key_that_is_none(qwentts: Qwentts, served: tuple[subprocess.Popen[bytes], str]) -> None:
    """Any key that starts with sk- is taken, any other is refused as the service does."""
    env = {"QWENTTS_API_KEY": "another-kind-of-key"}
    result = qwentts("say", "Hi", "-o", "x.wav", "--base-url", served[1], env=env, code=3)
    assert "InvalidApiKey" in result.stderr


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_it_ends_on_a_signal(served: tuple[subprocess.Popen[bytes], str], number: int, code: int) -> None:
    """Ctrl-C and the like end it at once, with the code that shells know."""
    process, _ = served
    process.send_signal(number)
    assert process.wait(200) == code


def test_wrong_options_are_told(qwentts: Qwentts) -> None:
    """A fault that does not exist, an engine that does not, a port that is taken."""
    assert "nonsense" in qwentts("sandbox", "--faults", "post:nonsense", code=2).stderr
    assert "engine" in qwentts("sandbox", "--voice-engine", "parrot", code=2).stderr
    assert "a key's region is written" in qwentts("sandbox", "--region-of", KEY, code=2).stderr
    assert KEY not in qwentts("sandbox", "--region-of", f"{KEY}=atlantis", code=2).stderr
    assert "atlantis" in qwentts("sandbox", "--serve-as", "atlantis", code=2).stderr


def test_the_help_lists_every_fault(qwentts: Qwentts) -> None:
    """How a script is written, and each kind with what it does."""
    text = qwentts("sandbox", "--help").text
    assert "PHASE:KIND[=ARG][@P%|*N|#K]" in text
    for written in fault_kinds():
        assert f"  {written}" in text
    assert "babbles on" in text


def test_a_region_of_its_own_for_each_key(qwentts: Qwentts) -> None:
    """The right key at its region's address speaks; at another region's it is refused as there."""
    process = qwentts.start(
        "sandbox",
        *("--voice-engine", "tones", "--region-of", f"{KEY}=cn", "--retire", "qwen3-tts-instruct-flash"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    try:
        base = process.stdout.readline().decode().strip()
        env = {"QWENTTS_API_KEY": KEY}
        here, there = (base.replace("/api/v1", f"/{region}/api/v1") for region in ("cn", "intl"))
        qwentts("say", "Hi", "-o", "x.wav", "--base-url", here, env=env)
        refused = qwentts("say", "Ho", "-o", "y.wav", "--base-url", there, env=env, code=3)
        assert "InvalidApiKey" in refused.stderr
        gone = ("-m", "qwen3-tts-instruct-flash", "--base-url", here)
        assert "ModelNotFound" in qwentts("say", "Ho", "-o", "z.wav", *gone, env=env, code=6).stderr
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
