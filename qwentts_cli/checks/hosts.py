"""Which hosts take the key, and what that says of key, region and workspace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from qwentts_cli.checks.check import Check, failed, passed, warned
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.endpoint import Endpoint, custom_endpoint, region_endpoint
from qwentts_cli.dashscope.host_probe import PROBE_TIMEOUTS, HostAnswer, Verdict, ask_host
from qwentts_cli.errors import AuthError, NetworkError, QwenTTSError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qwentts_cli.dashscope.catalog.rows import Region
    from qwentts_cli.dashscope.transport.session import Timeouts
    from qwentts_cli.settings.credentials import ApiKey

_CLOCK_S = 120


def other_hosts(chosen: Endpoint, workspace: str, key: ApiKey) -> list[Endpoint]:
    """The hosts where the key may belong instead: those of the other regions, or of the plans."""
    catalog = load_catalog()
    if key.is_of_a_plan:
        found = [custom_endpoint(f"https://{host}") for host in catalog.plan_hosts]
    else:
        found = [host for region in catalog.regions.values() for host in _hosts_of(region, workspace)]
    return [endpoint for endpoint in found if endpoint.host != chosen.host]


def _hosts_of(region: Region, workspace: str) -> Iterable[Endpoint]:
    if region.host:
        yield region_endpoint(region.name)
    if workspace and region.workspace_host:
        yield region_endpoint(region.name, workspace)


def ask_hosts(
    endpoints: Sequence[Endpoint], key: ApiKey, timeouts: Timeouts = PROBE_TIMEOUTS
) -> list[HostAnswer]:
    """Ask each, all at the same time; the answers are in the order of `endpoints`.

    Raises:
        UsageError: what the environment says of proxies and certificates cannot be used.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(endpoints))) as pool:
        return list(pool.map(partial(ask_host, key=key, timeouts=timeouts), endpoints))


def check_access(chosen: HostAnswer, others: Sequence[HostAnswer], key: ApiKey) -> list[Check]:
    """What the answers say: first of the chosen host, then of each other one that was asked.

    `others` is empty where nobody agreed to ask them.
    """
    return [_check_chosen(chosen, others, key), *_check_clock(chosen), *map(_tell_other, others)]


def _check_chosen(chosen: HostAnswer, others: Sequence[HostAnswer], key: ApiKey) -> Check:
    where = chosen.endpoint.label
    match chosen.verdict:
        case Verdict.TAKEN:
            return passed("access", f"{where} takes the key")
        case Verdict.NO_LIST:
            return warned(
                "access",
                f"{where} answers, but has no list of models, so it does not tell whether it takes the key",
                "qwentts say hello -o hello.wav",
            )
        case Verdict.OTHER_WORKSPACE:
            error = AuthError(f"the key is right, but it is not one of this workspace (asked: {where})")
            return failed("access", error, _workspace_fix(chosen, others))
        case Verdict.REFUSED:
            return _check_refused(chosen, others, key)
        case Verdict.UNREACHABLE:
            return _check_unreachable(chosen, others)
        case _:
            return failed("access", chosen.error or QwenTTSError("the host gave no reason"))


def _check_refused(chosen: HostAnswer, others: Sequence[HostAnswer], key: ApiKey) -> Check:
    where = chosen.endpoint.label
    if taker := _taker(others):
        shared = taker.endpoint.region is not None and taker.endpoint.region == chosen.endpoint.region
        what = "another workspace" if shared else f"another region: {taker.endpoint.label} takes it"
        fix = _workspace_fix(chosen, others) if shared else _choose(taker.endpoint)
        return failed("access", AuthError(f"the key is right, but of {what} (asked: {where})"), fix)
    if any(other.verdict is Verdict.OTHER_WORKSPACE for other in others):
        found = next(other for other in others if other.verdict is Verdict.OTHER_WORKSPACE)
        error = AuthError(
            f"the key is right, but of another region and workspace: see {found.endpoint.label}"
        )
        return failed("access", error, "qwentts config unset workspace")
    if others:
        silent = [other for other in others if other.verdict is not Verdict.REFUSED]
        but = f"; {len(silent)} of the others did not tell" if silent else ""
        error = AuthError(f"the key from {key.origin} is wrong: no host that was asked accepts it{but}")
        return failed("access", error, "qwentts config init")
    error = AuthError(
        f"{where} refuses the key from {key.origin}: it is wrong, or of another region or workspace"
    )
    return failed("access", error, "qwentts doctor --all-regions")


def _check_unreachable(chosen: HostAnswer, others: Sequence[HostAnswer]) -> Check:
    cause = chosen.error or NetworkError("nothing answers")
    if others and all(other.verdict is Verdict.UNREACHABLE for other in others):
        error = NetworkError(f"no network: none of {len(others) + 1} hosts can be reached; {cause.message}")
        return failed("access", error, "check the network, and the proxy if there is one")
    return failed("access", NetworkError(cause.message), cause.hint or "check the network")


def _taker(answers: Sequence[HostAnswer]) -> HostAnswer | None:
    return next((answer for answer in answers if answer.verdict is Verdict.TAKEN), None)


def _workspace_fix(chosen: HostAnswer, others: Sequence[HostAnswer]) -> str:
    shared = _taker(others)
    is_same_region = shared is not None and shared.endpoint.region == chosen.endpoint.region
    return "qwentts config unset workspace" if is_same_region else "qwentts config set workspace ID"


def _choose(endpoint: Endpoint) -> str:
    if endpoint.region:
        return f"qwentts config set region {endpoint.region}"
    return f"qwentts config set base_url {endpoint.base_url}"


def _check_clock(answer: HostAnswer) -> Iterable[Check]:
    if answer.clock_s is None:
        return
    ahead = round(answer.clock_s)
    if abs(ahead) <= _CLOCK_S:
        yield passed("clock", "as the service's")
    else:
        side = "ahead of" if ahead > 0 else "behind"
        yield warned("clock", f"{abs(ahead):,} s {side} the service's", "set this machine's clock")


_TOLD = {
    Verdict.TAKEN: "takes the key",
    Verdict.REFUSED: "refuses the key",
    Verdict.OTHER_WORKSPACE: "knows the key, but not for this workspace",
    Verdict.NO_LIST: "has no list of models",
    Verdict.UNREACHABLE: "cannot be reached",
    Verdict.FAILED: "failed",
}


def _tell_other(answer: HostAnswer) -> Check:
    """How another host answered is a fact to know, not a fault."""
    return passed("other host", f"{answer.endpoint.label}: {_TOLD[answer.verdict]}")
