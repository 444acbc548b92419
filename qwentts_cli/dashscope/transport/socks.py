"""Connections through a SOCKS proxy; they need PySocks, which the extra `socks` brings."""

from __future__ import annotations

from typing import Any

from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.contrib.socks import SOCKSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

from qwentts_cli.dashscope.transport.deadline import Watched, current_deadline


class _SocksHTTP(Watched, SOCKSConnection):
    def _new_conn(self) -> Any:  # noqa: ANN401 - PySocks ships no types
        """As the library's own, but told as the proxy's trouble, and not longer than the deadline allows."""
        limit: float = self.timeout  # type: ignore[assignment]  # it is a number wherever a session sends
        self.timeout = min(limit, current_deadline().left_s)
        try:
            return super()._new_conn()
        except (ConnectTimeoutError, NewConnectionError) as error:
            raise ProxyError("no way through the SOCKS proxy", error) from error


class _SocksHTTPS(_SocksHTTP, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _SocksHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _SocksHTTPS


SOCKS_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}
