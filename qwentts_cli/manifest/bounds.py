"""What a list may name: files below its own folder, unless its user trusts it with all others."""

from __future__ import annotations

from pathlib import Path

ALLOW_OUTSIDE = "--allow-outside"


def leads_outside(path: Path, folder: Path) -> bool:
    """Whether `path`, its links followed, is anything but a file below `folder`."""
    return not path.resolve().is_relative_to(folder.resolve())


def outside_problem(path: Path, folder: Path) -> tuple[str, str]:
    """What is wrong with a path that leads outside, and what to do about it."""
    where = "the current folder" if folder == Path() else str(folder)
    text = f"{path} is outside {where}, and would be sent to the service"
    return text, f"If you trust whoever made the list, add {ALLOW_OUTSIDE}."
