"""Which addresses of storage are used: https, of the service's hosts or of the server that was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.dashscope.address import Address, parse_address
from qwentts_cli.errors import RejectedError
from qwentts_cli.known_secrets import has_known_secret

if TYPE_CHECKING:
    from qwentts_cli.dashscope.endpoint import Endpoint

_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_audio_url(url: str, endpoint: Endpoint, host_suffix: str) -> str:
    """Give the address of finished audio, with http raised to https except on loopback.

    The service hands out http addresses; their signature does not cover the scheme.

    Raises:
        RejectedError: the address is not one of the service's storage or of the endpoint's own host.
    """
    return _check(url, endpoint, host_suffix, "audio URL")


def check_storage_url(url: str, endpoint: Endpoint, host_suffix: str) -> str:
    """Give the address that a file is uploaded to; it is checked like that of audio."""
    return _check(url, endpoint, host_suffix, "storage's address")


def _check(url: str, endpoint: Endpoint, host_suffix: str, what: str) -> str:
    try:
        return _checked(url, endpoint, host_suffix)
    except ValueError as error:
        raise RejectedError(f"refused the {what} that the service sent: it {error}") from None


def _checked(url: str, endpoint: Endpoint, host_suffix: str) -> str:
    if has_known_secret(url):
        raise ValueError("holds the API key")
    address = parse_address(url)
    if "#" in address.rest:
        raise ValueError("has a fragment")
    if address.host == endpoint.host:
        return _own_host(address, endpoint).url
    if address.is_number or not address.host.endswith(host_suffix):
        raise ValueError(f"leads to {address.host}, which is not one of the service's hosts")
    if address.port not in {None, _DEFAULT_PORTS[address.scheme]}:
        raise ValueError("has an unusual port")
    return address.secured().url


def _own_host(address: Address, endpoint: Endpoint) -> Address:
    """The server we were told to use may serve audio itself; on loopback http is fine, and any port."""
    if endpoint.is_loopback:
        return address
    if address.port not in {None, *_DEFAULT_PORTS.values(), endpoint.address.port}:
        raise ValueError("has an unusual port")
    return address.secured()
