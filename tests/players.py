"""Players that a test writes itself, on a machine that has no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Qwentts

# No sound device, neither ALSA's nor a sound server's.
SILENT = {"PULSE_SERVER": "/nonexistent", "ALSA_CONFIG_PATH": "/dev/null", "XDG_RUNTIME_DIR": "/nonexistent"}


def player(qwentts: Qwentts, script: str) -> dict[str, str]:
    """The environment of a machine whose only player is this script."""
    folder = qwentts.home / "bin"
    folder.mkdir(exist_ok=True)
    path = folder / "paplay"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return SILENT | {"PATH": f"{folder}:/usr/bin:/bin"}
