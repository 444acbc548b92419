"""How requests is made to send over connections that report to the deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter

from qwentts_cli.dashscope.transport.deadline import POOLS
from qwentts_cli.dashscope.transport.environment import is_socks

if TYPE_CHECKING:
    from urllib3.connectionpool import HTTPConnectionPool


class WatchedAdapter(HTTPAdapter):
    """Sends over connections that report to the deadline; never retries by itself."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - passed on as they come
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _socks_pools() if is_socks(proxy) else POOLS
        return manager


def _socks_pools() -> dict[str, type[HTTPConnectionPool]]:
    from qwentts_cli.dashscope.transport.socks import SOCKS_POOLS

    return SOCKS_POOLS
