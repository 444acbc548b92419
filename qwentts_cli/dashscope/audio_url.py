"""Which audio addresses are fetched: https, of the service's storage or of the server that was asked."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from qwentts_cli.dashscope.endpoint import is_loopback
from qwentts_cli.errors import RejectedError
from qwentts_cli.known_secrets import has_known_secret

if TYPE_CHECKING:
    from qwentts_cli.dashscope.endpoint import Endpoint

_MAX_LENGTH = 4096
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_audio_url(url: str, endpoint: Endpoint, host_suffix: str) -> str:
    """Give the address to fetch, with http raised to https except on loopback.

    The service hands out http addresses; their signature does not cover the scheme. The parser is the one
    that also connects, since parsers differ about hosts.

    Raises:
        RejectedError: the address is not one of the service's storage or of the endpoint's own host.
    """
    if len(url) > _MAX_LENGTH or not re.fullmatch(r"[\x21-\x7e]+", url) or "\\" in url:
        raise _refused("it is malformed")
    if has_known_secret(url):
        raise _refused("it holds the API key")
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise _refused("it is malformed") from None
    host = (parts.host or "").lower()
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise _refused("it is not an http address")
    if parts.auth or "@" in url.split("?", 1)[0]:
        raise _refused("it carries a user name")
    if host.strip("[]") == endpoint.host.lower():
        return _own_host(url, parts, endpoint)
    if _is_address(host) or not _HOST.fullmatch(host) or not host.endswith(host_suffix):
        raise _refused(
            f"its host is {host if _HOST.fullmatch(host) else 'no name'}, not one of the service's"
        )
    if parts.port not in {None, _DEFAULT_PORTS[parts.scheme]}:
        raise _refused("it has an unusual port")
    return parts._replace(scheme="https", port=None).url


def _own_host(url: str, parts: Url, endpoint: Endpoint) -> str:
    """The server we were told to use may serve audio itself; on loopback http is fine, and any port."""
    if is_loopback(endpoint.host):
        return url
    if parts.port not in {None, *_DEFAULT_PORTS.values(), urlsplit(endpoint.base_url).port}:
        raise _refused("it has an unusual port")
    secure = parts.port if parts.port != _DEFAULT_PORTS["http"] else None
    return parts._replace(scheme="https", port=secure).url


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return bool(re.fullmatch(r"[0-9a-fx.]+", host)) and host.replace(".", "").isdigit()
    return True


def _refused(why: str) -> RejectedError:
    return RejectedError(f"refused the audio URL that the service sent: {why}")
