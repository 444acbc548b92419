"""To a host, past what would hold the program: a resolver that never answers, addresses that lead nowhere."""

from __future__ import annotations

import queue
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from urllib3.util.connection import allowed_gai_family

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Address = tuple[int, int, int, str, Any]  # as `socket.getaddrinfo` gives them

# By then the system's resolver has given up by itself: three servers, twice each, five seconds (resolv.conf).
RESOLVE_S = 30.0
# Where nothing was lost on the way a connection takes less; many a machine has addresses that lead nowhere.
_FIRST_TRY_S = 1.0


def resolve(host: str, port: int, seconds: float) -> Sequence[Address]:
    """Look a name up, in a thread that is left behind if it hangs: nothing can interrupt the system's call.

    Raises:
        TimeoutError: there was no answer in time.
        OSError: there is no such host; likewise `UnicodeError` for what can be none.
    """
    answers: queue.SimpleQueue[Sequence[Address] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, allowed_gai_family(), socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001 - handed over to the caller's thread
            answers.put(error)

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no answer within {seconds:.2g} s") from None
    if isinstance(found, Exception):
        raise found
    return found


def connect(addresses: Sequence[Address], seconds: float, options: Iterable[Any]) -> socket.socket:
    """Connect to the first address that answers: each is given a second, then the silent ones two, and so on.

    Raises:
        OSError: none does within `seconds`.
    """
    over_at, patience_s = time.monotonic() + seconds, _FIRST_TRY_S
    failure = OSError()
    while addresses:
        silent = []
        for address in addresses:
            try:
                return _connect(address, min(patience_s, over_at - time.monotonic()), options)
            except TimeoutError as error:
                silent.append(address)
                failure = error
            except OSError as error:
                failure = error
        addresses = silent if time.monotonic() < over_at else []
        patience_s *= 2
    raise failure


def _connect(address: Address, seconds: float, options: Iterable[Any]) -> socket.socket:
    if seconds <= 0:
        raise TimeoutError
    family, kind, protocol, _, place = address
    sock = socket.socket(family, kind, protocol)
    try:
        for option in options:
            sock.setsockopt(*option)
        sock.settimeout(seconds)
        sock.connect(place)
    except BaseException:
        sock.close()
        raise
    return sock
