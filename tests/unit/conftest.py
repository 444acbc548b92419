"""What all units share: none hides what another has called a secret."""

from __future__ import annotations

import pytest

from qwentts_cli import known_secrets


@pytest.fixture(autouse=True)
def _secrets_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_secrets, "_known", known_secrets._Known())  # noqa: SLF001 - with none
