"""One reading of an address, so strict that every other parser reads the same."""

from __future__ import annotations

import re
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

_MAX_LENGTH = 4096
_MAX_PORT = 65_535
_MAX_HOST = 253
_ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?P<authority>[^/?#]*)"
    r"(?P<rest>[!-~]*)",
    re.IGNORECASE,
)
_AUTHORITY = re.compile(
    r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9.-]+))(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE
)
_LABEL = re.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Address(Struct, frozen=True):
    """An http or https address: `host` in lower case, IPv6 without brackets; `rest` is path and query."""

    scheme: str
    host: str
    port: int | None
    rest: str

    @property
    def url(self) -> str:
        """The address written anew, which is what a request is sent to."""
        return f"{self.scheme}://{self.authority}{self.rest}"

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def is_number(self) -> bool:
        """Whether the host is an IP address."""
        return _is_ip(self.host)

    def secured(self) -> Self:
        """The same over https, at its usual port unless another was given."""
        return replace(self, scheme="https", port=None if self.port in {80, 443} else self.port)


def parse_address(text: str) -> Address:
    """Read an address, and refuse whatever two parsers could read in two ways.

    Raises:
        ValueError: with the reason, as the end of a sentence that begins with "it".
    """
    found = _ADDRESS.fullmatch(text)
    if not found or len(text) > _MAX_LENGTH or "\\" in text:
        raise ValueError("is not a web address")
    scheme, authority = found["scheme"].lower(), found["authority"]
    if scheme not in {"http", "https"}:
        raise ValueError("is neither http nor https")
    if "@" in authority:
        raise ValueError("contains a user name")
    if not authority.isascii():
        raise ValueError("has a host with other than ASCII letters: write it as xn--...")
    if not (parts := _AUTHORITY.fullmatch(authority)):
        raise ValueError("has a host that is not valid")
    port = int(parts["port"]) if parts["port"] else None
    if port is not None and not 0 < port <= _MAX_PORT:
        raise ValueError("has a port that is not valid")
    return Address(scheme, _checked_host(parts["v6"], parts["name"]), port, found["rest"])


def _checked_host(v6: str | None, name: str | None) -> str:
    if v6:
        import ipaddress

        try:
            return str(ipaddress.IPv6Address(v6))
        except ValueError:
            raise ValueError("has a host that is not valid") from None
    host = (name or "").lower()
    labels = host.split(".")
    if len(host) > _MAX_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("has a host that is not valid")
    # Systems take 127.1, 0177.0.0.1, 2130706433 and 0x7f000001 for this machine, and parsers for names.
    if re.fullmatch("[0-9]+|0x[0-9a-f]*", labels[-1]) and not _is_ip(host):
        raise ValueError("has a number for a host, written in an unusual way")
    return host


def _is_ip(host: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
