from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox with tones and no faults."""
    with Sandbox(voice_engine="tones") as running:
        yield running
