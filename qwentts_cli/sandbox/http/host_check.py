"""Who is asked: a web page that had its own name point at this machine must not get an answer."""

from __future__ import annotations

import ipaddress
import re

from qwentts_cli.sandbox.http.reply import ServiceError

_HOST = re.compile(r"(?:(localhost)|([0-9.]+)|\[([0-9a-f:.]+)\])(?::[0-9]*)?", re.IGNORECASE)


def check_host(host: str) -> None:
    """Accept only this machine's own names in the `Host` header; one that is missing comes from no browser.

    Raises:
        ServiceError: 421, so that DNS rebinding gets nowhere.
    """
    if host and not _is_this_machine(host):
        raise ServiceError(421, "MisdirectedRequest", "The sandbox answers as 127.0.0.1 and localhost only.")


def _is_this_machine(host: str) -> bool:
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name, v4, v6 = found.groups()
    try:
        return bool(name) or ipaddress.ip_address(v4 or v6).is_loopback
    except ValueError:
        return False
