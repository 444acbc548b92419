"""Keys of several regions and workspaces, and the hosts that a path can stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.sandbox.server import Sandbox
from tests.sandbox.raw_http import GENERATION, ask, order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.raw_http import Heard

GRANTS = ["sk-beijing=cn", "sk-singapore=intl/ws-1", "sk-sp-plan=cn"]


@pytest.fixture
def world() -> Iterator[Sandbox]:
    """Two regions, and a workspace in one of them."""
    with Sandbox(voice_engine="tones", region_of=GRANTS) as sandbox:
        yield sandbox


def speak(sandbox: Sandbox, key: str, host: str = "", **headers: str) -> Heard:
    path = f"/{host}{GENERATION}" if host else GENERATION
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(sandbox, "POST", path, order(), {"Authorization": f"Bearer {key}", **named})


@pytest.mark.parametrize(
    ("key", "host", "status", "code"),
    [
        ("sk-beijing", "cn", 200, ""),
        ("sk-beijing", "", 200, ""),
        ("sk-beijing", "intl", 401, "InvalidApiKey"),
        ("sk-singapore", "intl", 200, ""),
        ("sk-singapore", "cn", 401, "InvalidApiKey"),
        ("sk-nobody", "cn", 401, "InvalidApiKey"),
        ("sk-nobody", "", 401, "InvalidApiKey"),
        ("sk-sp-plan", "cn", 200, ""),
        ("sk-beijing", "mars", 404, "NotFound"),
    ],
)
def test_a_key_works_in_its_own_region(world: Sandbox, key: str, host: str, status: int, code: str) -> None:
    """A wrong key and a right key in a wrong region get the same answer, as from the service."""
    answer = speak(world, key, host)
    assert (answer.status, answer.json.get("code", "")) == (status, code)


def test_a_workspace_is_named_by_host_or_header(world: Sandbox) -> None:
    """Another one than the key's is 401; its host says nothing, the shared host says why."""
    assert speak(world, "sk-singapore", "ws-1.intl").status == 200
    assert speak(world, "sk-singapore", "intl", X_DashScope_WorkSpace="ws-1").status == 200
    elsewhere = speak(world, "sk-singapore", "intl", X_DashScope_WorkSpace="ws-2")
    assert (elsewhere.status, elsewhere.json["code"]) == (401, "NOT AUTHORIZED")
    silent = speak(world, "sk-singapore", "ws-2.intl")
    assert (silent.status, silent.json) == (401, {})


def test_a_key_without_a_workspace_may_name_any(world: Sandbox) -> None:
    assert speak(world, "sk-beijing", "ws-7.cn").status == 200


@pytest.mark.parametrize(
    ("body", "status"), [(order(text=""), 400), (order(model="nothing"), 404), (order(voice="x"), 400)]
)
def test_the_host_of_a_workspace_gives_no_reasons(world: Sandbox, body: bytes, status: int) -> None:
    """`{}` where the shared host explains itself."""
    key = {"Authorization": "Bearer sk-singapore"}
    answer = ask(world, "POST", f"/ws-1.intl{GENERATION}", body, key)
    assert (answer.status, answer.json) == (status, {})
    assert ask(world, "POST", f"/intl{GENERATION}", body, key).json["code"]


def test_without_grants_every_region_takes_every_key(sandbox: Sandbox) -> None:
    """But a key of a plan, which belongs to hosts of its own."""
    assert speak(sandbox, "sk-anything", "cn").status == 200
    assert speak(sandbox, "sk-anything", "ws-1.intl").status == 200
    assert speak(sandbox, "sk-sp-plan").json["code"] == "InvalidApiKey"


def test_the_audio_is_at_the_shared_address(world: Sandbox) -> None:
    """A URL lies on the sandbox itself, whichever host was asked."""
    url = speak(world, "sk-beijing", "cn").json["output"]["audio"]["url"]
    assert ask(world, "GET", url.removeprefix(world.origin)).status == 200


def test_addresses_are_given(world: Sandbox) -> None:
    """For use as a base URL."""
    assert world.address("cn") == f"{world.origin}/cn/api/v1"
    assert world.address("intl", "ws-1") == f"{world.origin}/ws-1.intl/api/v1"


@pytest.mark.parametrize("grant", ["sk-x", "sk-x=", "=cn", "sk-x=cn/", "sk-x=atlantis", "sk-x=cn/a b"])
def test_a_bad_grant_is_refused_without_showing_the_key(grant: str) -> None:
    with pytest.raises(ValueError, match="region") as caught:
        Sandbox(voice_engine="tones", region_of=[grant])
    assert "sk-x" not in str(caught.value)


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(ValueError, match="no region 'atlantis': one of intl"):
        Sandbox(voice_engine="tones", region="atlantis")
