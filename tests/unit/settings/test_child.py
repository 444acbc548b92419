"""What another program is given of the environment."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from qwentts_cli.known_secrets import remember_secret
from qwentts_cli.settings.child import run_keeper, run_program, start_program, without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "x") for name in ("DASHSCOPE_API_KEY", "MY_APIKEY", "aws_secret_access_key", "GH_TOKEN")),
        *((name, "x") for name in ("PGPASSWORD", "SSH_PASSPHRASE", "GOOGLE_CREDENTIALS", "A_PRIVATE_KEY")),
        ("DATABASE_URL", "postgres://me:secret@host/db"),
        ("https_proxy", "http://me:x@proxy:3128"),
        ("COPY", "-X wm4tRePrAlu8 -Y"),
        ("NOTE", "12345678"),
    ],
)
def test_no_secret_is_handed_on(name: str, value: str) -> None:
    """By its name, by what it looks like, or because it holds another one."""
    remember_secret("wm4tRePrAlu8")
    environ = {"PATH": "/bin", "OTHER_TOKEN": "12345678", name: value}
    assert without_secrets(environ) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEYBOARD", "de"),
        ("PATH", "/bin:/usr/bin"),
        ("http_proxy", "http://proxy:3128"),
        ("HOME", "/home/me@work"),
        ("COUNT", "1234567"),
    ],
)
def test_the_rest_is_handed_on(name: str, value: str) -> None:
    """A short value, such as a 1, is in others by chance."""
    assert without_secrets({name: value, "A_TOKEN": "1234567"}) == {name: value}


@pytest.mark.parametrize(("run", "has_it"), [(run_program, False), (run_keeper, True)])
def test_only_the_keeper_of_secrets_is_given_them(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., object], *, has_it: bool
) -> None:
    """A variable may open it. How the program ends is for the caller to see."""
    monkeypatch.setenv("OP_SERVICE_ACCOUNT_TOKEN", "x")
    code = "import os, sys; sys.exit(40 + ('OP_SERVICE_ACCOUNT_TOKEN' in os.environ))"
    assert run([sys.executable, "-c", code]).returncode == 40 + has_it  # type: ignore[attr-defined]
    with start_program([sys.executable, "-c", code]) as process:
        assert process.wait(30) == 40
