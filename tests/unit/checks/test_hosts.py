"""What is told of a key by the hosts that were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwentts_cli.checks.check import Check, Status
from qwentts_cli.checks.hosts import ask_hosts, check_access, other_hosts
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.endpoint import Endpoint, region_endpoint
from qwentts_cli.errors import ExitCode
from qwentts_cli.sandbox.server import Sandbox
from qwentts_cli.settings.credentials import ApiKey
from tests.reliability.raw_server import answering, http, reset, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_CN, OF_WS_1 = "sk-of-cn-0123456789", "sk-of-ws1-0123456789"


@pytest.fixture
def service() -> Iterator[Sandbox]:
    with Sandbox(voice_engine="tones", region_of=[f"{OF_CN}=cn", f"{OF_WS_1}=cn/ws-1"]) as sandbox:
        yield sandbox


def at(service: Sandbox, region: str, workspace: str = "") -> Endpoint:
    """The host of a region, which the sandbox plays."""
    return Endpoint(service.address(region, workspace), f"{workspace}.{region}".lstrip("."), region)


def told(secret: str, chosen: Endpoint, *others: Endpoint) -> Check:
    key = ApiKey(secret, "a test")
    return check_access(ask_hosts([chosen], key)[0], ask_hosts(others, key), key)[0]


def test_a_key_that_is_taken_is_in_order(service: Sandbox) -> None:
    """And so is the clock, since the sandbox has this machine's."""
    key = ApiKey(OF_CN, "a test")
    access, clock = check_access(ask_hosts([at(service, "cn")], key)[0], [], key)
    assert (access.status, access.found) == (Status.OK, "cn takes the key")
    assert clock.status is Status.OK


def test_a_key_of_another_region_is_told_from_a_wrong_one(service: Sandbox) -> None:
    """The right key in the wrong region is mended by the region, a wrong one by another key."""
    hosts = [at(service, "intl"), at(service, "cn"), at(service, "hk")]
    right, wrong = told(OF_CN, *hosts), told("sk-wrong-0123456789", *hosts)
    assert right.found == "the key is right, but of another region: cn takes it (asked: intl)"
    assert right.fix == "qwentts config set region cn"
    assert wrong.found == "the key from a test is wrong: no host that was asked accepts it"
    assert wrong.fix == "qwentts config init"
    assert right.exit_code == wrong.exit_code == ExitCode.AUTH


def test_without_leave_only_the_chosen_host_gets_the_key(service: Sandbox) -> None:
    """Both causes are told, and how to find out."""
    alone = told(OF_CN, at(service, "intl"))
    assert alone.found == "intl refuses the key from a test: it is wrong, or of another region or workspace"
    assert alone.fix == "qwentts doctor --all-regions"
    assert [record.path for record in service.ledger] == ["/intl/api/v1/models"]


def test_a_key_of_another_workspace_is_told_from_a_wrong_one(service: Sandbox) -> None:
    """A workspace's host gives no reason, so the region's shared host is what tells."""
    chosen, shared = at(service, "cn", "ws-2"), at(service, "cn")
    other = told(OF_WS_1, chosen, at(service, "intl"), shared)
    assert other.found == "the key is right, but of another workspace (asked: ws-2.cn)"
    assert other.fix == "qwentts config unset workspace"
    assert told("sk-wrong-0123456789", chosen, shared).fix == "qwentts config init"
    assert told(OF_WS_1, at(service, "cn", "ws-1")).status is Status.OK


def test_a_host_that_names_the_workspace_is_believed() -> None:
    """Nobody else has to be asked then."""
    reply = http(b'{"code": "NOT AUTHORIZED", "message": "Access denied."}', status="401 Unauthorized")
    with serving(answering(reply)) as server:
        check = told(OF_CN, Endpoint(f"http://127.0.0.1:{server.port}/api/v1", "ws-2.cn", "cn"))
    assert check.found == "the key is right, but it is not one of this workspace (asked: ws-2.cn)"
    assert check.fix == "qwentts config set workspace ID"


def test_no_network_is_told_from_a_host_that_is_down() -> None:
    """And neither says anything of the key."""
    with serving(reset) as dead, Sandbox(voice_engine="tones") as alive:
        down = Endpoint(f"http://127.0.0.1:{dead.port}/api/v1", "intl", "intl")
        alone = told(OF_CN, down, down)
        one = told(OF_CN, down, at(alive, "cn"))
    assert alone.found.startswith("no network: none of 2 hosts can be reached; ")
    assert "no network" not in one.found
    assert alone.exit_code == one.exit_code == ExitCode.NETWORK


@pytest.mark.parametrize(
    ("reply", "status", "words"),
    [
        (http(b"{}", status="404 Not Found"), Status.WARN, "no list of models"),
        (http(b"<html>Sign in</html>"), Status.FAIL, "a web page came with status 200"),
        (http(b"Hello"), Status.FAIL, "not JSON"),
        (http(b"", "Location: https://portal.example/", status="302 Found"), Status.FAIL, "redirect"),
        (http(b"{}", status="503 Service Unavailable"), Status.FAIL, "failed with 503"),
    ],
)
def test_other_answers_say_nothing_of_the_key(reply: bytes, status: Status, words: str) -> None:
    """A server without a list is only warned of; a captive portal is no service that takes the key."""
    with serving(answering(reply)) as server:
        check = told(OF_CN, Endpoint(f"http://127.0.0.1:{server.port}/api/v1", "intl", "intl"))
    assert check.status is status
    assert words in check.found


def test_a_clock_that_is_wrong_is_warned_of() -> None:
    """By the time in the service's answer, which signed addresses go by."""
    reply = http(b"{}", "Date: Sat, 01 Jan 2000 00:00:00 GMT")
    key = ApiKey(OF_CN, "a test")
    with serving(answering(reply)) as server:
        host = Endpoint(f"http://127.0.0.1:{server.port}/api/v1", "intl", "intl")
        clock = check_access(ask_hosts([host], key)[0], [], key)[1]
    assert clock.status is Status.WARN
    assert "ahead of the service's" in clock.found


def test_the_other_hosts_are_those_of_the_catalogue() -> None:
    """Without the chosen one; a plan's key is shown to the plans' hosts only."""
    chosen = region_endpoint("intl")
    hosts = [host.host for host in other_hosts(chosen, "", ApiKey("sk-0123456789"))]
    assert "dashscope.aliyuncs.com" in hosts
    assert chosen.host not in hosts
    with_workspace = [host.host for host in other_hosts(chosen, "ws-1", ApiKey("sk-0123456789"))]
    assert "ws-1.eu-central-1.maas.aliyuncs.com" in with_workspace
    plan = other_hosts(chosen, "", ApiKey("sk-sp-0123456789"))
    assert [host.host for host in plan] == load_catalog().plan_hosts
