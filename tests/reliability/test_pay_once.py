"""What was paid for is never paid for again: the cache, and audio that was made and not yet fetched."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.synthesis.retry import SINGLE
from tests.conftest import KEY, at
from tests.reliability.waiting import until
from tests.tones import read_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Qwentts
    from tests.reliability.forked import ForkedQwentts

SAID = ("say", "Hi.", "-o", "out.wav", "--force")
NOTHING = {"characters": 0, "requests": 0}


def count(server: Sandbox, phase: str) -> int:
    return sum(record.phase == phase for record in server.ledger)


def kept(qwentts: Qwentts) -> list[Path]:
    """The objects of the cache."""
    return sorted((qwentts.home / ".cache" / "qwentts").rglob("*.clip"))


def unfetched(qwentts: Qwentts) -> list[Path]:
    """The addresses of what was paid and not fetched."""
    return sorted((qwentts.home / ".local" / "state" / "qwentts" / "pending").glob("*.json"))


def test_the_same_again_is_free(online: ForkedQwentts, sandbox: Sandbox) -> None:
    """A second identical run sends nothing, says so, and makes the same file."""
    first = online(*SAID, "--json").json
    sound = (online.folder / "out.wav").read_bytes()
    before = len(sandbox.ledger)
    again = online(*SAID, "--json")
    assert len(sandbox.ledger) == before == 2
    assert (first["files"][0]["cached"], again.json["files"][0]["cached"]) == (False, True)
    assert again.json["usage"].items() >= NOTHING.items()
    assert "nothing billed" in again.stderr
    assert (online.folder / "out.wav").read_bytes() == sound


def test_what_decides_the_sound_decides_the_cache(online: ForkedQwentts, sandbox: Sandbox) -> None:
    """Another voice, language, model or text is another object; the key and the format are not."""
    for extra in ((), ("-v", "Ethan"), ("-l", "en"), ("-m", "qwen3-tts-instruct-flash"), ("--force", "Ho")):
        online(*SAID, *extra)
    assert count(sandbox, "post") == 5
    online(*SAID, env={"QWENTTS_API_KEY": "sk-another-key-0123"})
    online("say", "Hi.", "-o", "out.flac")
    online("say", "Hi.", "-o", "-")
    assert count(sandbox, "post") == 5


def test_the_cache_can_be_left_out(online: ForkedQwentts, sandbox: Sandbox) -> None:
    """`--no-cache` neither looks nor keeps; `--refresh` does not look, and keeps what is made."""
    online(*SAID, "--no-cache")
    assert kept(online) == []
    online(*SAID)
    online(*SAID, "--no-cache")
    online(*SAID, "--refresh")
    assert (count(sandbox, "post"), len(kept(online))) == (4, 1)
    online(*SAID)
    assert count(sandbox, "post") == 4


def pay_only(qwentts: ForkedQwentts, server: Sandbox) -> Path:
    """Be killed between payment and download, of which the first must stall; gives where the address is."""
    at(qwentts, server)
    with qwentts.running(*SAID) as run:
        until(lambda: count(server, "get"))
        run.send(signal.SIGKILL)
        assert run.wait().code == -signal.SIGKILL
    [file] = unfetched(qwentts)
    return file


def test_a_stream_takes_the_sound_that_a_killed_run_has_paid_for(qwentts: ForkedQwentts) -> None:
    """A pipe asks for no stream while there is an address to fetch."""
    with Sandbox(voice_engine="tones", faults="get:stall#1") as server:
        pay_only(qwentts, server)
        assert read_back(qwentts("say", "Hi.", "-o", "-").stdout) == "Hi."
        assert (count(server, "post"), count(server, "sse")) == (1, 0)
    assert not unfetched(qwentts)


def test_a_run_killed_between_payment_and_download_costs_nothing_more(qwentts: ForkedQwentts) -> None:
    """The signed address is kept, readable to nobody else; the next run fetches it and drops it."""
    with Sandbox(voice_engine="tones", faults="get:stall#1") as server:
        file = pay_only(qwentts, server)
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert KEY not in file.read_text()
        result = qwentts(*SAID, "--json")
        # Paid, but not by this run.
        assert result.json["usage"].items() >= NOTHING.items()
        assert count(server, "post") == 1
    assert read_back(qwentts.folder / "out.wav") == "Hi."
    assert unfetched(qwentts) == []
    assert list(qwentts.folder.iterdir()) == [qwentts.folder / "out.wav"]


def test_a_dead_storage_costs_nothing_more(qwentts: ForkedQwentts) -> None:
    """Downloads that fail to the last attempt leave the address for the next run."""
    with Sandbox(voice_engine="tones", faults="get:garbage*3") as server:
        at(qwentts, server)(*SAID, code=5)
        assert len(unfetched(qwentts)) == 1
        qwentts(*SAID)
        assert count(server, "post") == 1
    assert unfetched(qwentts) == []


NOT_FOUND = ",".join(f"get:notfound#{number}" for number in range(2, 2 + SINGLE.attempts))


@pytest.mark.parametrize("fault", ["get:expired#2", NOT_FOUND])
def test_a_dead_address_is_replaced(qwentts: ForkedQwentts, fault: str) -> None:
    """Where the kept address no longer opens, the sound is made once more, and not more often."""
    with Sandbox(voice_engine="tones", faults=f"get:stall#1,{fault}") as server:
        pay_only(qwentts, server)
        qwentts(*SAID)
        assert count(server, "post") == 2
    assert read_back(qwentts.folder / "out.wav") == "Hi."
    assert unfetched(qwentts) == []


@pytest.mark.parametrize("content", [b'{"server": 1}', b"\xff" * 99, b"[" * 5000], ids=range(3))
def test_a_damaged_address_is_none(qwentts: ForkedQwentts, content: bytes) -> None:
    """What cannot be read is as if it were not there."""
    with Sandbox(voice_engine="tones", faults="get:stall#1") as server:
        pay_only(qwentts, server).write_bytes(content)
        qwentts(*SAID)
        assert count(server, "post") == 2
    assert unfetched(qwentts) == []


def test_an_address_leads_nowhere_else(qwentts: ForkedQwentts) -> None:
    """A kept address is checked like a fresh one, and one of another server is not used."""
    with (
        Sandbox(voice_engine="tones", faults="get:stall#1") as server,
        Sandbox(voice_engine="tones") as other,
    ):
        file = pay_only(qwentts, server)
        row = json.loads(file.read_text())
        file.write_text(
            json.dumps(row | {"url": other.origin.replace("127.0.0.1", "localhost") + "/audio/x"})
        )
        qwentts(*SAID)
        assert (unfetched(qwentts), other.ledger) == ([], [])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def lie(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"sample_rate": 24000', b'"sample_rate": 48000'))


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [flip, truncate, empty, lie, replace_by_folder])
def test_a_damaged_object_is_noticed_and_made_again(
    online: ForkedQwentts, sandbox: Sandbox, damage: Callable[[Path], None]
) -> None:
    """The cache never serves a wrong sound, and never fails a run."""
    online(*SAID)
    sound = (online.folder / "out.wav").read_bytes()
    damage(kept(online)[0])
    result = online(*SAID)
    assert "Warning: " in result.stderr
    assert count(sandbox, "post") == 2
    assert (online.folder / "out.wav").read_bytes() == sound


@pytest.mark.parametrize("place", [".cache/qwentts", ".local/state/qwentts", ".local", ".cache"])
def test_a_folder_that_cannot_be_used_fails_no_run(
    online: ForkedQwentts, sandbox: Sandbox, place: str
) -> None:
    """Without a cache or a state folder the sound is made, and told of; one of them is enough."""
    path = online.home / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("in the way")
    result = online(*SAID)
    online(*SAID)
    assert read_back(online.folder / "out.wav") == "Hi."
    assert count(sandbox, "post") == 1
    assert "Warning: " in result.stderr


def test_runs_at_the_same_time_pay_once(qwentts: ForkedQwentts) -> None:
    """Four processes that say the same text wait for the one that asked first."""
    with Sandbox(voice_engine="tones", faults="post:latency=0.3") as server:
        at(qwentts, server)
        with ThreadPoolExecutor(4) as pool:
            runs = [pool.submit(qwentts, "say", "Hi.", "-o", f"{number}.wav") for number in range(4)]
        assert [run.result().code for run in runs] == [0] * 4
        assert count(server, "post") == 1
    assert {read_back(path) for path in qwentts.folder.iterdir()} == {"Hi."}
    assert not list(qwentts.home.rglob("*.lock"))


def test_the_cache_keeps_its_limit(online: ForkedQwentts) -> None:
    """With a limit of one megabyte, what was used longest ago goes."""
    text = "".join(f"Sentence number {number} is here. " for number in range(4))
    for number in range(4):
        online("say", f"{number} {text}", "-o", "out.wav", "--force", env={"QWENTTS_CACHE_MAX_MB": "1"})
    assert 0 < sum(path.stat().st_size for path in kept(online)) <= 1_000_000


def test_what_may_have_been_billed_twice_is_told(qwentts: ForkedQwentts) -> None:
    """The number printed is the number of bills whose answer was lost, by the server's own account."""
    with Sandbox(voice_engine="tones", faults="post:reset-after*1,post:cut#2") as server:
        result = at(qwentts, server)(*SAID)
        assert sum(record.billed > 0 for record in server.ledger) == 3
    assert "Warning: 2 requests may have been billed twice\n" in result.stderr
