"""Ctrl-C, termination, hang-up and closed pipes: quick, quiet, and nothing that was paid is lost."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.conftest import KEY, PROGRAM, at
from tests.players import player
from tests.reliability.paragraphs import BY_PARAGRAPH, paragraphs, said_in
from tests.reliability.waiting import at_once, until

if TYPE_CHECKING:
    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts

JOBS = 4
REQUESTS = 16
ENDINGS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
# At Ctrl-C somebody is there to read it; at once, there may be nothing to tell.
TOLD = r"(Interrupted\. [0-9,]+ characters had been billed; their sound is kept .*\n)?"
SAID = ("say", "-f", "in.txt", "-o", "out.wav", "-j", str(JOBS), *BY_PARAGRAPH)


def test_a_signal_ends_the_run_and_keeps_what_was_paid(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """The code that shells know, nothing half made, and the next run pays for the rest only."""

    def end(number: signal.Signals) -> None:
        program = qwentts.elsewhere(tmp_path / number.name)
        (program.folder / "in.txt").write_text(paragraphs(REQUESTS))
        with Sandbox(voice_engine="tones", faults="post:latency=0.1,get:latency=0.1") as server:
            at(program, server)
            with program.running(*SAID) as run:
                until(lambda: len(server.ledger) > JOBS)
                run.send(number)
                result = run.wait()
            assert (result.code, result.stdout) == (ENDINGS[number], b"")
            assert re.fullmatch(TOLD if number == signal.SIGINT else "", result.stderr)
            assert list(program.folder.iterdir()) == [program.folder / "in.txt"]
            assert not list(program.home.parent.rglob(".qwentts-*"))
            paid = sum(record.billed > 0 for record in server.ledger)
            assert paid < REQUESTS
            program(*SAID)
            # What was on its way when the signal came has arrived, and was kept.
            assert sum(record.billed > 0 for record in server.ledger) == REQUESTS
        assert said_in(program.folder / "out.wav") == paragraphs(REQUESTS)

    at_once(end, ENDINGS)


def test_no_wait_outlasts_a_signal(qwentts: ForkedQwentts) -> None:
    """Whether for an answer that never comes or for the next attempt, which would be long after this test."""

    def interrupt(faults: str) -> None:
        with Sandbox(voice_engine="tones", faults=faults) as server:
            env = {"QWENTTS_API_KEY": KEY, "QWENTTS_BASE_URL": server.base_url}
            args = ("say", "Hi.", "-o", f"{faults[:6]}.wav", "--no-cache", "--timeout", "1000")
            with qwentts.running(*args, env=env) as run:
                until(lambda: [record.fault for record in server.ledger if record.fault])
                run.send(signal.SIGINT)
                assert run.wait().code == 130

    at_once(interrupt, ("post:stall", "post:retry-after=290", "get:stall", "get:retry-after=290"))
    assert not list(qwentts.home.parent.rglob(".qwentts-*"))


@pytest.mark.skipif(sys.platform != "linux", reason="it looks for the program's threads in /proc")
def test_a_signal_that_wakes_nobody_is_seen(qwentts: ForkedQwentts, tmp_path: Path) -> None:
    """Like one that comes just before the main thread waits for another thread: here that one receives it."""

    def interrupt(args: tuple[str, ...]) -> None:
        program = qwentts.elsewhere(tmp_path / " ".join(args))
        (program.folder / "in").mkdir()
        (program.folder / "in/hi.txt").write_text("Hi.")
        with Sandbox(voice_engine="tones", faults="post:stall") as server:
            at(program, server)
            with program.running(*args, "--timeout", "1000", stdin=b"Hi.") as run:
                until(lambda: server.ledger)
                threads = {int(path.name) for path in Path(f"/proc/{run.pid}/task").iterdir()}
                ctypes.CDLL(None).tgkill(run.pid, min(threads - {run.pid}), signal.SIGINT)
                assert run.wait().code == 130

    at_once(
        interrupt, (("say", "Hi.", "-o", "x.wav"), ("say", "-", "-o", "x.wav"), ("batch", "in", "-d", "out"))
    )


def test_a_second_interrupt_ends_it_at_once(qwentts: ForkedQwentts) -> None:
    """Whoever presses Ctrl-C again does not want to wait for what is being paid for."""
    # It comes byte by byte, in less time than a run that is interrupted once waits.
    with Sandbox(voice_engine="tones", faults="post:drip-headers=0.005") as server:
        at(qwentts, server)
        with qwentts.running("say", "Hi.", "-o", "out.wav") as run:
            until(lambda: server.ledger)
            run.send(signal.SIGINT)
            until(lambda: not list(qwentts.folder.iterdir()))
            run.send(signal.SIGINT)
            result = run.wait()
        assert result.code == 130
        assert result.stderr.startswith("Warning: 1 request got no usable answer and may have been billed")
    assert not list(qwentts.home.parent.rglob(".qwentts-*"))


def test_an_ignored_hang_up_stays_ignored(qwentts: Qwentts) -> None:
    """`nohup qwentts ...` goes on when the terminal closes."""
    with Sandbox(voice_engine="tones", faults="post:latency=0.5") as server:
        at(qwentts, server)
        command = ["nohup", *PROGRAM, "say", "Hi.", "-o", "out.wav"]
        with subprocess.Popen(command, cwd=qwentts.folder, env=qwentts.environment()) as run:
            until((qwentts.home / ".local/state/qwentts/pending").exists)
            run.send_signal(signal.SIGHUP)
            assert run.wait() == 0
    assert (qwentts.folder / "out.wav").exists()


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_a_reader_that_leaves_ends_it_quietly(online: Qwentts, jobs: str) -> None:
    """`qwentts say ... -o - | head -c 100` has a code that shells know, and nothing to say."""
    with online.start(
        "say", "It goes on. " * 20, "-o", "-", "-j", jobs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout
        assert run.stderr
        assert len(run.stdout.read(100)) == 100
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait() == 141


def test_an_interrupt_silences_the_player(qwentts: ForkedQwentts) -> None:
    """Ctrl-C while it plays: silence, and no player is left."""
    script = "head -c 1 >heard\necho $$ >pid.new && mv pid.new pid\nwhile :; do read x; sleep 1; done"
    env = player(qwentts, script)
    pid = qwentts.folder / "pid"
    with Sandbox(voice_engine="tones") as server:
        at(qwentts, server)
        with qwentts.running("say", "It goes on. " * 20, "--play", env=env) as run:
            until(pid.exists)
            run.send(signal.SIGINT)
            result = run.wait()
    assert result.code == 130
    assert re.fullmatch(TOLD, result.stderr)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
