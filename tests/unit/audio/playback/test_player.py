from __future__ import annotations

import ctypes.util
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qwentts_cli.audio.playback.choose import open_player
from qwentts_cli.audio.playback.device import open_device
from qwentts_cli.audio.playback.file_player import FilePlayer
from qwentts_cli.audio.playback.program import ProgramPlayer
from qwentts_cli.audio.playback.programs import PROGRAMS
from qwentts_cli.audio.wav import parse_wav
from qwentts_cli.errors import LocalError

RATE = 24_000
SOUND = bytes(range(1, 251)) * 192  # a second
LONG = SOUND * 5  # more than any pipe holds
# Those that play the samples as they are into ALSA's file device; ffplay converts them first.
EXACT = [name for name in ("aplay", "play") if shutil.which(name)]


def program(folder: Path, name: str, script: str) -> None:
    """Put a real executable there that does what `script` says."""
    path = folder / name
    path.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ALSA without a sound card: what is played arrives at once in this file."""
    path = tmp_path / "played.raw"
    config = tmp_path / "asound.conf"
    config.write_text(f'pcm.!default {{ type file slave.pcm {{ type null }} file "{path}" format raw }}\n')
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return path


@pytest.mark.parametrize("name", EXACT or ["aplay"])
def test_a_real_player_plays_every_sample(name: str, played: Path, tmp_path: Path) -> None:
    """Those installed here, into ALSA's file device; where none is, a recorder stands in as aplay."""
    path = shutil.which(name)
    if path is None:
        program(tmp_path, name, f"cat > {played}")
        path = str(tmp_path / name)
    argv = PROGRAMS[name](path, RATE, 1)
    with ProgramPlayer(name, argv, bytes_per_s=2 * RATE) as player:
        for start in range(0, len(LONG), 4800):
            player.write(LONG[start : start + 4800])
        player.finish()
    heard = played.read_bytes()
    assert heard[: len(LONG)] == LONG
    assert not any(heard[len(LONG) :])


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_gets_the_samples_on_stdin(name: str, programs: Path, tmp_path: Path) -> None:
    """All of them, whatever the name, and nothing else."""
    record = tmp_path / "record"
    program(programs, name, f"[ $1 = --help ] && exit\ncat > {record}")
    with open_player(sample_rate=RATE) as player:
        assert player.name == name
        player.write(LONG)
        player.write(SOUND)
        player.finish()
    assert record.read_bytes() == LONG + SOUND


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_program_is_told_the_rate(name: str, channels: int, programs: Path) -> None:
    program(programs, name, "echo --raw")
    argv = PROGRAMS[name](str(programs / name), 22_050, channels)
    assert argv[0] == str(programs / name)
    assert any("22050" in argument for argument in argv)
    assert ("stereo" in argv or any("2" in argument[-2:] for argument in argv)) or channels == 1


def test_pw_play_is_told_to_expect_raw_samples_only_where_it_knows_the_word(programs: Path) -> None:
    """Newer releases need the option that older ones refuse."""
    program(programs, "pw-play", "echo '  -a, --raw   RAW mode'")
    assert "--raw" in PROGRAMS["pw-play"](str(programs / "pw-play"), RATE, 1)
    program(programs, "pw-play", "echo '      --rate  Sample rate'")
    assert "--raw" not in PROGRAMS["pw-play"](str(programs / "pw-play"), RATE, 1)


def test_the_first_program_found_plays(programs: Path) -> None:
    for name in PROGRAMS:
        program(programs, name, "cat > /dev/null")
    with open_player(sample_rate=RATE) as player:
        assert player.name == next(iter(PROGRAMS))


@pytest.mark.usefixtures("programs")
def test_nothing_to_play_with_says_what_to_install() -> None:
    with pytest.raises(LocalError, match="no player was found") as caught:
        open_player(sample_rate=RATE)
    assert "pip install 'qwentts[play]'" in caught.value.hint
    assert "apt install alsa-utils" in caught.value.hint
    assert "-o FILE" in caught.value.hint


def test_afplay_of_macos_is_given_a_whole_file(programs: Path, tmp_path: Path) -> None:
    """It reads no pipe; the file is gone when it was heard."""
    program(programs, "afplay", f"cp $1 {tmp_path / 'heard.wav'}; echo $1 > {tmp_path / 'name'}")
    with open_player(sample_rate=RATE) as player:
        assert player.name == "afplay"
        player.write(SOUND)
        player.write(SOUND)
        player.finish()
    heard = parse_wav((tmp_path / "heard.wav").read_bytes(), is_whole=True)
    assert (heard.data, heard.sample_rate) == (SOUND * 2, RATE)
    assert not Path((tmp_path / "name").read_text().strip()).exists()


def test_afplay_that_fails_is_noticed(programs: Path) -> None:
    """With the last thing it said."""
    program(programs, "afplay", "echo 'AudioQueueStart failed' >&2; exit 1")
    with open_player(sample_rate=RATE) as player:
        player.write(SOUND)
        with pytest.raises(LocalError, match=r"the player afplay failed: AudioQueueStart failed"):
            player.finish()


def test_afplay_is_silent_at_once_when_it_is_stopped(programs: Path) -> None:
    """As by Ctrl-C while it plays, and nothing of it stays."""
    program(programs, "afplay", "exec sleep 1000")
    player = FilePlayer("afplay", str(programs / "afplay"), sample_rate=10_000_000, patience_s=0.05)
    with player, pytest.raises(LocalError, match="it does not come to an end"):
        player.finish()


def test_a_player_never_sees_a_secret(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But the rest of the environment, which says where the loudspeaker is."""
    for name in ("DASHSCOPE_API_KEY", "my_api_key_2", "GH_TOKEN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "canary")
    monkeypatch.setenv("PULSE_SERVER", "unix:/somewhere")
    program(programs, "aplay", f"env > {tmp_path / 'env'}; cat > /dev/null")
    with open_player(sample_rate=RATE) as player:
        player.write(SOUND)
        player.finish()
    environment = (tmp_path / "env").read_text()
    assert "canary" not in environment
    assert "PULSE_SERVER=unix:/somewhere" in environment


NAMELESS = [("cat > /dev/null; kill -40 $$", "it was killed by signal 40")] if sys.platform == "linux" else []


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("cat > /dev/null; exit 3", "exit code 3"),
        (
            "cat > /dev/null; echo first >&2; echo 'no such\tcard \033[31m!' >&2; exit 1",
            r"no suchcard \[31m!",
        ),
        ("cat > /dev/null; kill -9 $$", "it was killed by SIGKILL"),
        ("cat > /dev/null; kill -11 $$", "it was killed by SIGSEGV"),
        *NAMELESS,
        ("exit 0", "it ended before the sound did"),
        ("head -c 1000 > /dev/null", "it ended before the sound did"),
        ("echo 'audio open error: no device' >&2; exit 1", "audio open error: no device"),
        ("head -c 9 > /dev/null; kill -9 $$", "it was killed by SIGKILL"),
        ("head -c 100000 /dev/zero | tr '\\0' x >&2; cat > /dev/null; exit 1", "x{200}"),
    ],
)
def test_a_player_that_fails_is_noticed(script: str, reason: str, programs: Path) -> None:
    """By its exit code, its signal or its early end, with the last thing it said."""
    program(programs, "aplay", script)
    with open_player(sample_rate=RATE) as player, pytest.raises(LocalError) as caught:  # noqa: PT012 - either may notice
        player.write(LONG)
        player.finish()
    assert caught.match(f"^the player aplay failed: {reason}$")
    assert caught.value.hint


def test_ffplay_is_not_believed_when_it_says_all_is_well(programs: Path) -> None:
    """It exits with 0 even when it could not open the sound device."""
    said = "echo 'No more combinations to try, audio open failed' >&2; echo later >&2"
    program(programs, "ffplay", f"{said}; cat > /dev/null; exit 0")
    with open_player(sample_rate=RATE) as player:
        player.write(SOUND)
        with pytest.raises(LocalError, match=r"audio open failed$"):
            player.finish()


def test_a_program_that_cannot_be_started_is_an_error_of_ours(programs: Path) -> None:
    (programs / "aplay").write_bytes(b"\x7fELF nonsense")
    (programs / "aplay").chmod(0o755)
    with pytest.raises(LocalError, match="the player aplay cannot be started"):
        open_player(sample_rate=RATE)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exec sleep 1000", "it takes no more sound"),
        ("cat > /dev/null; exec sleep 1000", "it takes no more sound|it does not come to an end"),
        ("trap '' TERM; cat > /dev/null; while :; do sleep 0.1; done", "no more sound|not come to an end"),
    ],
)
def test_a_player_that_hangs_is_killed(script: str, reason: str, programs: Path) -> None:
    """Whether it stops listening or never ends; its patience is 10 s.

    Here it is a moment, in which a busy machine may have read nothing yet.
    """
    program(programs, "aplay", script)
    path = str(programs / "aplay")
    with ProgramPlayer("aplay", [path], bytes_per_s=20_000_000, patience_s=0.05) as player:
        with pytest.raises(LocalError, match=reason):  # noqa: PT012 - either may notice
            player.write(LONG)
            player.finish()
        with pytest.raises(ProcessLookupError):
            os.kill(player.pid, 0)


def test_stop_silences_the_player_and_what_it_started(programs: Path, tmp_path: Path) -> None:
    """At once, also a script's children: the pipe that they hold open ends."""
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    program(programs, "aplay", f"sleep 1000 > {fifo} &\nexec cat > {fifo}")
    with open_player(sample_rate=RATE) as player, fifo.open("rb", buffering=0) as alive:
        player.write(b"ab")
        assert alive.read(2) == b"ab"
        player.stop()
        assert alive.read() == b""
        player.stop()


def test_leaving_the_block_by_an_error_stops_the_player(programs: Path) -> None:
    program(programs, "aplay", "cat > /dev/null")
    player = open_player(sample_rate=RATE)
    assert isinstance(player, ProgramPlayer)
    with pytest.raises(KeyboardInterrupt), player:
        raise KeyboardInterrupt
    with pytest.raises(ProcessLookupError):
        os.kill(player.pid, 0)


def test_a_device_plays_in_real_time_and_finish_waits_for_the_end() -> None:
    """On the null device, which keeps time: half a second takes as long."""
    start = time.monotonic()
    device = open_device(sample_rate=RATE, channels=1, backend="NULL")
    assert device
    with device:
        device.write(SOUND[:RATE])
        device.finish()
    assert time.monotonic() - start >= 0.5


def test_a_device_stops_at_once() -> None:
    """Whatever it has not played yet: this one plays nothing, and an end of it would never come."""
    device = open_device(sample_rate=RATE, channels=1, backend="NULL", patience_s=1000)
    assert device
    with device:
        device.write(SOUND)
        device.device.stop()
        device.stop()


def test_a_device_that_takes_no_more_is_an_error() -> None:
    """As after a headset was unplugged."""
    device = open_device(sample_rate=RATE, channels=1, backend="NULL", patience_s=0.05)
    assert device
    with device:
        device.write(SOUND)
        device.device.stop()
        with pytest.raises(LocalError, match="the sound device failed: it takes no more sound"):
            device.write(LONG)


@pytest.mark.parametrize("backend", ["ALSA"] if ctypes.util.find_library("asound") else ["NULL"])
def test_a_device_gets_every_sample(backend: str, played: Path) -> None:
    """Through ALSA's file device where ALSA is; short sounds, below the 0.2 s of the start, too."""
    for sound in (SOUND, SOUND[:1000]):
        device = open_device(sample_rate=RATE, channels=1, backend=backend)
        assert device
        with device:
            device.write(sound)
            device.finish()
        if backend == "ALSA":
            heard = played.read_bytes()
            assert heard.startswith(sound)
            assert not any(heard[len(sound) :])
            played.unlink()


def test_no_device_is_quiet_about_it(capfd: pytest.CaptureFixture[str]) -> None:
    """The sound systems' own complaints stay off the terminal, and stderr works again afterwards."""
    script = (
        "import os\n"
        "from qwentts_cli.audio.playback.device import open_device\n"
        "print(open_device(sample_rate=24000, channels=1))\n"
        "os.write(2, b'still there')\n"
    )
    nowhere = {"ALSA_CONFIG_PATH": "/nonexistent", "PULSE_SERVER": "unix:/nonexistent", "PATH": ""}
    subprocess.run([sys.executable, "-c", script], env=nowhere, check=True)
    assert capfd.readouterr() == ("None\n", "still there")


def test_miniaudio_comes_without_numpy() -> None:
    """Which would cost 70 ms, and which can still be imported afterwards."""
    script = (
        "import sys\n"
        "from qwentts_cli.audio.native import load_miniaudio, load_soundfile\n"
        "print(load_miniaudio().numpy, 'numpy' in sys.modules)\n"
        "print(bool(load_soundfile()), 'numpy' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "None False\nTrue True\n"
