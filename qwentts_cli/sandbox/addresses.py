"""Several hosts of the service on one port: a path may begin with the name of the host that it stands for.

`/cn/api/v1` is the shared host of a region and `/ws-1.cn/api/v1` the host of one of its workspaces.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Collection

    from qwentts_cli.sandbox.http.exchange import Exchange

_ADDRESS = re.compile(r"/(?:([A-Za-z0-9][A-Za-z0-9_-]{0,63})\.)?([a-z]+)(/api/v1/.*)")


def find_address(exchange: Exchange, *, regions: Collection[str], default: str) -> str:
    """Note which host is meant; give the path as that host would see it.

    Raises:
        ServiceError: 404, since there is no such region.
    """
    exchange.region = default
    found = _ADDRESS.fullmatch(exchange.path)
    if found is None:
        return exchange.path
    workspace, region, path = found.groups()
    if region not in regions:
        raise ServiceError(404, "NotFound", "The requested path does not exist.")
    exchange.region, exchange.workspace = region, workspace or ""
    return path
