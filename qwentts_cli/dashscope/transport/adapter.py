"""How requests is made to send over connections that report to the deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter

from qwentts_cli.dashscope.transport.deadline import POOLS
from qwentts_cli.dashscope.transport.environment import is_socks

if TYPE_CHECKING:
    from ssl import SSLContext

    from urllib3.connectionpool import HTTPConnectionPool


class WatchedAdapter(HTTPAdapter):
    """Sends over connections that report to the deadline; never retries by itself.

    `trust` decides which certificates are believed; without it, those that come with requests.
    """

    def __init__(self, trust: SSLContext | None, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
        self._trust = trust
        super().__init__(**kwargs)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on as they come
        super().init_poolmanager(*args, ssl_context=self._trust, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - passed on as they come
        if self._trust and proxy.lower().startswith("https:"):
            kwargs["proxy_ssl_context"] = self._trust
        manager = super().proxy_manager_for(proxy, ssl_context=self._trust, **kwargs)
        manager.pool_classes_by_scheme = _socks_pools() if is_socks(proxy) else POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401 - likewise
        if self._trust is None:
            super().cert_verify(conn, url, verify, cert)
        else:  # or the certificates of requests would be believed as well
            conn.cert_reqs = "CERT_REQUIRED"


def _socks_pools() -> dict[str, type[HTTPConnectionPool]]:
    from qwentts_cli.dashscope.transport.socks import SOCKS_POOLS

    return SOCKS_POOLS
