"""What the environment says of proxies and certificates, checked before anything is tried."""

from __future__ import annotations

import os
import re
import ssl
from importlib import import_module
from pathlib import Path

from requests.utils import get_environ_proxies, select_proxy

from qwentts_cli.errors import UsageError

_PROXY_VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY")
# In the order in which requests believes them; it does not know the last, which OpenSSL does.
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_PLACE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?/?")
_MAX_PORT = 65_535
# With an h or an a the proxy looks the host up.
_SOCKS = frozenset({"socks4", "socks4a", "socks5", "socks5h"})


def check_environment(url: str) -> None:
    """Make sure that the proxy on the way to `url` and the certificates can be used.

    Raises:
        UsageError: a variable has a value that it cannot have; the message names it, and shows no password.
    """
    for name in _CA_VARIABLES:
        if path := os.environ.get(name):
            _check_certificates(Path(path), name)
    if proxy := _proxy(url):
        _check_proxy(proxy, _variable_of(proxy))


def is_socks(proxy: str) -> bool:
    return proxy.lower().partition("://")[0] in _SOCKS


def own_certificates() -> str | None:
    """The file of certificates that a variable names instead of those that come with requests."""
    return next((path for name in _CA_VARIABLES if (path := os.environ.get(name))), None)


def proxy_label(url: str) -> str:
    """Host and port of the proxy on the way to `url`, and the variable that names it."""
    label = chosen_proxy(url)
    return f"the proxy {label}" if label else "the proxy"


def chosen_proxy(url: str) -> str:
    """Host and port of that proxy and the variable that names it, and nothing else; empty without one."""
    proxy = _proxy(url)
    place = proxy.rpartition("://")[2].rpartition("@")[2].strip("/")
    return f"{place} ({_variable_of(proxy)})" if proxy else ""


def chosen_certificates() -> str:
    """The file of certificates that is used instead of those that come with requests, and who names it."""
    named = ((name, os.environ.get(name)) for name in _CA_VARIABLES)
    return next((f"{path} ({name})" for name, path in named if path), "")


def system_trust() -> ssl.SSLContext | None:
    """What believes whom the system believes, as curl does and pip: with the extra `truststore`.

    A variable that names certificates stands above it.
    """
    if chosen_certificates():
        return None
    try:
        import truststore
    except ImportError:
        return None
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def tell_certificates() -> str:
    """Whose certificates are believed."""
    if chosen := chosen_certificates():
        return chosen
    return "those of the system (truststore)" if system_trust() else "those that come with requests"


def _check_certificates(path: Path, name: str) -> None:
    if path.is_dir():
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:
        if isinstance(error, ssl.SSLError):
            why = "holds no certificates"
        else:
            is_missing = isinstance(error, FileNotFoundError)
            why = "does not exist" if is_missing else f"cannot be read: {error.strerror}"
        raise UsageError(f"{name} names {path}, which {why}", hint=f"Mend or unset {name}.") from error


def _proxy(url: str) -> str:
    return select_proxy(url, get_environ_proxies(url)) or ""


def _variable_of(proxy: str) -> str:
    return next((name for name in _PROXY_VARIABLES if os.environ.get(name) == proxy), "the system's settings")


def _check_proxy(proxy: str, name: str) -> None:
    scheme, mark, rest = proxy.partition("://")
    scheme, rest = (scheme.lower(), rest) if mark else ("http", proxy)
    if scheme not in {"http", "https", *_SOCKS}:
        raise UsageError(
            f"{name} names a proxy of an unknown kind", hint="It is http://HOST:PORT or socks5h://HOST:PORT."
        )
    if scheme in _SOCKS and not _knows_socks():
        raise UsageError(
            f"{name} names a SOCKS proxy, for which PySocks is not installed",
            hint="Install it with: pip install 'qwentts[socks]'. Or name an HTTP proxy.",
        )
    place = _PLACE.fullmatch(rest.rpartition("@")[2])
    port = int(place["port"]) if place and place["port"] else 1
    if not place or not 0 < port <= _MAX_PORT:
        raise UsageError(f"{name} is not the address of a proxy", hint="It is http://HOST:PORT.")


def _knows_socks() -> bool:
    try:
        import_module("socks")
    except ImportError:
        return False
    return True
