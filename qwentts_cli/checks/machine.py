"""What this machine has: a way out, places to write, a player, and versions."""

from __future__ import annotations

import platform
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from qwentts_cli import __version__
from qwentts_cli.audio.native import load_lame, load_soundfile
from qwentts_cli.audio.playback.choose import find_program
from qwentts_cli.audio.playback.device import open_device
from qwentts_cli.checks.check import Check, failed, passed, warned
from qwentts_cli.errors import LocalError, UsageError
from qwentts_cli.settings.paths import cache_folder, state_folder
from qwentts_cli.storage.private import make_private_folder
from qwentts_cli.wording import shown_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LITTLE_BYTES = 100_000_000
_SAMPLE_RATE = 24_000
_LIBRARIES = ("requests", "urllib3", "typer", "rich", "numpy", "soundfile", "miniaudio")


def check_machine() -> Iterator[Check]:
    """Look at folders, player, encoders and versions."""
    yield check_folder("cache", cache_folder)
    yield check_folder("state", state_folder)
    yield check_player()
    yield check_encoders()
    yield check_versions()


def check_way_out(url: str) -> Iterator[Check]:
    """Proxy and certificates on the way to `url`."""
    from qwentts_cli.dashscope.transport.environment import (
        check_environment,
        chosen_proxy,
        tell_certificates,
    )

    try:
        check_environment(url)
    except UsageError as error:
        yield failed("network", error)
        return
    yield passed("proxy", chosen_proxy(url) or "none")
    yield passed("certificates", tell_certificates())


def check_folder(name: str, find: Callable[[], Path]) -> Check:
    """Whether a file can be written there; the folder is made if it is missing, as every command does."""
    try:
        folder = find()
    except LocalError as error:
        return failed(name, error)
    try:
        make_private_folder(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"1")
            file.flush()
        free = shutil.disk_usage(folder).free
    except LocalError as error:
        return failed(name, error)
    except OSError as error:
        reason = LocalError(f"cannot write to {folder}: {error.strerror}")
        return failed(name, reason, "mend its permissions, or make room")
    if free < _LITTLE_BYTES:
        return warned(name, f"{folder}, with only {shown_bytes(free)} free", "qwentts cache prune")
    return passed(name, f"{folder}, {shown_bytes(free)} free")


def check_player() -> Check:
    device = open_device(sample_rate=_SAMPLE_RATE, channels=1)
    if device:
        device.stop()
        return passed("player", "the sound device, through miniaudio")
    if program := find_program():
        return passed("player", f"{program[1]} (qwentts opens no sound device by itself here)")
    return warned("player", "no sound device and no player", "pip install 'qwentts[play]'")


def check_encoders() -> Check:
    try:
        soundfile = load_soundfile()
        load_lame()
    except LocalError as error:
        return warned("encoders", error.message, error.hint)
    return passed("encoders", f"LAME, libsndfile {soundfile.__libsndfile_version__}")


def check_versions() -> Check:
    python = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return passed("versions", ", ".join([f"qwentts {__version__}", python, *_versions()]))


def _versions() -> Iterator[str]:
    for name in _LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
