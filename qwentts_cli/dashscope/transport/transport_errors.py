"""What requests, urllib3 and the system raise, told as one `NetworkError` with the host and the cause."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import urllib3

from qwentts_cli.dashscope.transport.environment import proxy_label
from qwentts_cli.errors import LocalError, NetworkError, QwenTTSError, RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.dashscope.transport.deadline import Deadline

_PROXY_PASSWORD = 407
_NO_MORE_FILES = {errno.EMFILE, errno.ENFILE}
_CA_HINT = "Behind a company proxy, point REQUESTS_CA_BUNDLE at the company's certificate file."


class CertificateError(NetworkError):
    """A certificate that did not check out does not get better by asking again."""

    retryable = False


def translate_transport_error(error: BaseException, url: str, deadline: Deadline) -> QwenTTSError:
    """Name host and cause; never the URL's path or query, which may be signed.

    `maybe_billed` is set unless the request certainly did not reach the server.
    """
    causes = list(_causes(error))
    host = _host(url)
    if deadline.is_over and deadline.has_connected:
        return NetworkError(f"{host} was too slow: not done within {deadline.seconds:g} s", maybe_billed=True)
    for kinds, build in _RULES:
        if found := next((cause for cause in causes if isinstance(cause, kinds)), None):
            return build(found, proxy_label(url) if build is _proxy else host)
    return NetworkError(f"the connection to {host} failed", maybe_billed=True)


def _untrusted(error: BaseException, host: str) -> QwenTTSError:
    why = getattr(error, "verify_message", "")
    return CertificateError(f"cannot trust the certificate of {host}: {why}", hint=_CA_HINT)


def _no_tls(error: BaseException, host: str) -> QwenTTSError:
    why = getattr(error, "reason", "") or "it ended early"
    return CertificateError(f"no TLS connection with {host}: {why}", hint=_CA_HINT)


def _cut_tls(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"the TLS connection with {host} ended early", maybe_billed=True)


def _proxy(error: BaseException, proxy: str) -> QwenTTSError:
    answers = (re.match(r"Tunnel connection failed: (\d{3})\b", str(cause)) for cause in _causes(error))
    status = next((int(answer[1]) for answer in answers if answer), None)
    if status == _PROXY_PASSWORD:
        what = f"{proxy} requires a password (407)"
    else:
        what = f"{proxy} answered with {status}" if status else f"{proxy} cannot be reached, or broke off"
    is_final = status is not None and status < 500  # noqa: PLR2004 - a status is its own name
    return NetworkError(what, hint="Check that variable and NO_PROXY.", retryable=not is_final)


def _unresolved(error: BaseException, host: str) -> QwenTTSError:
    slow = next((f": {cause}" for cause in _causes(error) if isinstance(cause, TimeoutError)), "")
    return NetworkError(
        f"cannot resolve the host {host}{slow}", hint="Check the network, and the region or base URL."
    )


def _refused(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"cannot connect to {host}: refused", hint="Check that the server runs there.")


def _no_connection(error: BaseException, host: str) -> QwenTTSError:
    told = (cause for cause in _causes(error) if isinstance(cause, OSError) and cause.strerror)
    cause = next(told, OSError(0, "nothing answers"))
    why = str(cause.strerror)
    message = f"cannot connect to {host}: {why[0].lower()}{why[1:]}"
    if cause.errno in _NO_MORE_FILES:
        hint = "Ask for fewer --jobs, or allow more open files with 'ulimit -n'."
        return LocalError(message, hint=hint, retryable=True)
    return NetworkError(message, hint="Check the network.")


def _too_slow(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"{host} was too slow: nothing came for a while", maybe_billed=True)


def _cut_short(error: BaseException, host: str) -> QwenTTSError:
    got, more = (*error.args, None, None)[:2]
    # In chunks the transfer tells no lengths, and the libraries put other things in their place.
    is_told = isinstance(got, int) and isinstance(more, int)
    lengths = f": {got} of {got + more} bytes arrived" if is_told else ""
    return NetworkError(f"the answer of {host} is cut short{lengths}", maybe_billed=True)


def _reset(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"{host} reset the connection", maybe_billed=True)


def _closed(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"{host} closed the connection without an answer", maybe_billed=True)


def _not_http(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(
        f"the answer of {host} is not a valid HTTP response", maybe_billed=True, most_attempts=3
    )


def _bad_address(_error: BaseException, host: str) -> QwenTTSError:
    return RejectedError(f"the address of {host} cannot be used")


# The first rule that fits any of the wrapped errors wins, so the more telling ones stand first.
_RULES: tuple[tuple[tuple[type[BaseException], ...], Callable[[BaseException, str], QwenTTSError]], ...] = (
    ((ssl.SSLCertVerificationError,), _untrusted),
    ((urllib3.exceptions.ProxyError, urllib3.exceptions.ProxySchemeUnknown), _proxy),
    ((requests.exceptions.ProxyError, requests.exceptions.InvalidProxyURL), _proxy),
    ((urllib3.exceptions.NameResolutionError, socket.gaierror, UnicodeError), _unresolved),
    ((ConnectionRefusedError,), _refused),
    ((urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NewConnectionError), _no_connection),
    ((requests.ConnectTimeout,), _no_connection),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError), _cut_tls),
    ((ssl.SSLError,), _no_tls),
    ((urllib3.exceptions.ReadTimeoutError, requests.ReadTimeout, TimeoutError), _too_slow),
    ((urllib3.exceptions.IncompleteRead, http.client.IncompleteRead), _cut_short),
    ((http.client.RemoteDisconnected,), _closed),
    ((ConnectionResetError, BrokenPipeError, ConnectionAbortedError), _reset),
    ((http.client.HTTPException, urllib3.exceptions.HeaderParsingError), _not_http),
    ((requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema), _bad_address),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it wraps, by `reason`, `args`, `__cause__` or `__context__`, each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [getattr(current, "reason", None), *current.args, current.__cause__, current.__context__]


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
