"""Which audio addresses are fetched: https, of the service's storage or of the server that was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.dashscope.address import Address, parse_address
from qwentts_cli.errors import RejectedError
from qwentts_cli.known_secrets import has_known_secret

if TYPE_CHECKING:
    from qwentts_cli.dashscope.endpoint import Endpoint

_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_audio_url(url: str, endpoint: Endpoint, host_suffix: str) -> str:
    """Give the address to fetch, with http raised to https except on loopback.

    The service hands out http addresses; their signature does not cover the scheme.

    Raises:
        RejectedError: the address is not one of the service's storage or of the endpoint's own host.
    """
    if has_known_secret(url):
        raise _refused("holds the API key")
    try:
        address = parse_address(url)
    except ValueError as error:
        raise _refused(str(error)) from None
    if "#" in address.rest:
        raise _refused("has a fragment")
    if address.host == endpoint.host:
        return _own_host(address, endpoint).url
    if address.is_number or not address.host.endswith(host_suffix):
        raise _refused(f"leads to {address.host}, which is not one of the service's hosts")
    if address.port not in {None, _DEFAULT_PORTS[address.scheme]}:
        raise _refused("has an unusual port")
    return address.secured().url


def _own_host(address: Address, endpoint: Endpoint) -> Address:
    """The server we were told to use may serve audio itself; on loopback http is fine, and any port."""
    if endpoint.is_loopback:
        return address
    if address.port not in {None, *_DEFAULT_PORTS.values(), endpoint.address.port}:
        raise _refused("has an unusual port")
    return address.secured()


def _refused(why: str) -> RejectedError:
    return RejectedError(f"refused the audio URL that the service sent: it {why}")
