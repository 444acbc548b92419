"""All checks in the order in which a failure is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.checks.check import Check, Status, failed
from qwentts_cli.checks.choices import (
    check_catalog,
    check_config,
    check_key_setting,
    check_own_voices,
    check_server,
    check_voice,
)
from qwentts_cli.checks.machine import check_machine, check_way_out
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.dashscope.endpoint import Endpoint
    from qwentts_cli.settings.config import Config
    from qwentts_cli.settings.credentials import ApiKey
    from qwentts_cli.speech.context import Context

    Agree = Callable[[list[Endpoint]], bool]


def examine(config: Config, context: Context, *, asks_all: bool, agree: Agree) -> Iterator[Check]:
    """Look at everything.

    With `asks_all` the key is sent to the hosts of the other regions too, whatever the chosen one says;
    without it `agree` is asked whether it may be, when the chosen one did not take it.
    """
    yield check_config(config)
    if catalog := check_catalog():
        yield catalog
        if catalog.status is Status.FAIL:  # nobody knows a region or a voice without it
            yield from check_machine()
            return
    server = check_server(context)
    yield server
    if not context.is_sandbox:
        key_check, key = check_key_setting(context)
        yield key_check
        if server.status is Status.OK:
            yield from _check_hosts(context, key, asks_all=asks_all, agree=agree)
    yield from check_voice(context.settings)
    yield from check_own_voices()
    yield from check_machine()


def _check_hosts(context: Context, key: ApiKey | None, *, asks_all: bool, agree: Agree) -> Iterator[Check]:
    chosen = context.endpoint
    way = list(check_way_out(chosen.base_url)) if not chosen.is_loopback else []
    yield from way
    if key is None or any(check.status is Status.FAIL for check in way):
        return
    from qwentts_cli.checks.hosts import ask_hosts, check_access, other_hosts
    from qwentts_cli.dashscope.host_probe import Verdict

    others = other_hosts(chosen, context.settings.text("workspace", ""), key)
    try:
        (answer,) = ask_hosts([chosen], key)
        is_open = answer.verdict in {Verdict.REFUSED, Verdict.OTHER_WORKSPACE}
        asked = others if asks_all or (is_open and agree(others)) else []
        yield from check_access(answer, ask_hosts(asked, key), key)
    except UsageError as error:
        yield failed("network", error)
