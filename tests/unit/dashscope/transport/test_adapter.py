"""Whom a connection believes, and that the deadline hears of each kind of it."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import ProxyError

from qwentts_cli.dashscope.transport.adapter import WatchedAdapter
from qwentts_cli.dashscope.transport.deadline import POOLS, Deadline, Watched
from qwentts_cli.dashscope.transport.socks import SOCKS_POOLS

HOST = "tts.example.com"


@pytest.fixture
def trust() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def test_the_system_is_believed_alone(trust: ssl.SSLContext) -> None:
    """Without it, those who come with requests."""
    for given, has_bundle in ((trust, False), (None, True)):
        adapter, pool = WatchedAdapter(given), HTTPSConnectionPool(HOST)
        adapter.cert_verify(pool, f"https://{HOST}/", verify=True, cert=None)
        assert pool.cert_reqs == "CERT_REQUIRED"
        assert bool(pool.ca_certs) == has_bundle
        assert adapter.poolmanager.connection_pool_kw["ssl_context"] is given


def test_each_way_is_watched(trust: ssl.SSLContext) -> None:
    """A proxy that speaks TLS is checked against the same certificates."""
    for given in (trust, None):
        adapter = WatchedAdapter(given)
        assert adapter.poolmanager.pool_classes_by_scheme == POOLS
        for proxy in ("http://proxy:1", "HTTPS://proxy:1"):
            manager = adapter.proxy_manager_for(proxy)
            assert manager.pool_classes_by_scheme == POOLS
            assert manager.connection_pool_kw["ssl_context"] is given
            believed = given if proxy == "HTTPS://proxy:1" else None
            assert manager.proxy_config.ssl_context is believed
        manager = adapter.proxy_manager_for("socks5h://proxy:1")
        assert manager.pool_classes_by_scheme == SOCKS_POOLS
    kinds: tuple[Any, ...] = (POOLS, SOCKS_POOLS)
    for pools in kinds:
        lines = [pool.ConnectionCls for pool in pools.values()]
        assert all(issubclass(line, Watched) for line in lines)
        assert [issubclass(line, HTTPSConnection) for line in lines] == [False, True]


def test_a_socks_proxy_where_nobody_listens_is_told_as_a_proxy() -> None:
    """The wait for it ends with the deadline."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    pool: Any = SOCKS_POOLS["http"]
    way = {
        "socks_version": 2,
        "proxy_host": "127.0.0.1",
        "proxy_port": port,
        "username": None,
        "password": None,
        "rdns": True,
    }
    line = pool.ConnectionCls(way, HOST, 80, timeout=60)
    with Deadline(30), pytest.raises(ProxyError, match="no way through the SOCKS proxy"):
        line.connect()
    assert line.timeout <= 30
