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
from qwentts_cli.errors import LocalError, NetworkError, QwenTTSError, RejectedError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.dashscope.transport.deadline import Deadline

_PROXY_PASSWORD = 407
_NO_MORE_FILES = {errno.EMFILE, errno.ENFILE}
_FORBIDDEN = {errno.EACCES, errno.EPERM}
# OpenSSL's names for an answer that is no TLS.
_NOT_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST"}
_CA_HINT = (
    "Behind a company proxy, point REQUESTS_CA_BUNDLE at the company's certificate file, "
    "or have the system's certificates believed: pip install 'qwentts[truststore]'."
)

# All that sending a request and reading its answer can raise.
TRANSPORT_ERRORS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,  # those of ssl and socket are such
    UnicodeError,
)


class CertificateError(NetworkError):
    """A certificate that did not check out does not get better by asking again."""

    retryable = False


def translate_transport_error(error: BaseException, url: str, deadline: Deadline) -> QwenTTSError:
    """Name host and cause; never the URL's path or query, which may be signed.

    `maybe_billed` is set where bytes of the request can have reached the server.
    """
    told = _tell(error, url, deadline)
    if not deadline.has_sent:
        return told
    if isinstance(told, CertificateError):  # it was in order, so the line is not
        told = _cut_tls(error, _host(url))
    return told.replace(maybe_billed=True)


def _tell(error: BaseException, url: str, deadline: Deadline) -> QwenTTSError:
    host = _host(url)
    if deadline.is_over and deadline.has_connected:
        return NetworkError(f"{host} was too slow: not done within {deadline.seconds:g} s")
    causes = list(_causes(error))
    for kinds, build in _RULES:
        if found := next((cause for cause in causes if isinstance(cause, kinds)), None):
            return build(found, proxy_label(url) if build is _proxy else host)
    return _broke_off(error, host)


def _untrusted(error: BaseException, host: str) -> QwenTTSError:
    why = getattr(error, "verify_message", "")
    return CertificateError(f"cannot trust the certificate of {host}: {why}", hint=_CA_HINT)


def _no_tls(error: BaseException, host: str) -> QwenTTSError:
    reasons = (getattr(cause, "reason", "") for cause in _causes(error))
    why = next((reason for reason in reasons if reason and isinstance(reason, str)), "it ended early")
    if why in _NOT_TLS:
        hint = "Check the address and its port; without TLS only servers on this machine can be used."
        return CertificateError(f"{host} does not speak TLS there", hint=hint)
    return CertificateError(f"no TLS connection with {host}: {why}", hint=_CA_HINT)


def _cut_tls(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"the TLS connection with {host} ended early")


def _proxy(error: BaseException, proxy: str) -> QwenTTSError:
    answers = (re.match(r"Tunnel connection failed: (\d{3})\b", str(cause)) for cause in _causes(error))
    status = next((int(answer[1]) for answer in answers if answer), None)
    if status == _PROXY_PASSWORD:
        what = f"{proxy} requires a password (407)"
    else:
        what = f"{proxy} answered with {status}" if status else f"{proxy} {_proxy_trouble(error)}"
    hint = "Check that variable and NO_PROXY."
    if status is None:
        return Unreachable(what, hint=hint)
    return NetworkError(what, hint=hint, retryable=status >= 500)  # noqa: PLR2004 - a status is its own name


def _proxy_trouble(error: BaseException) -> str:
    causes = list(_causes(error))
    told = (str(cause) for cause in causes if _is_socks_answer(cause))
    if said := next(told, ""):
        return f"says: {said.rpartition(': ')[2]}"
    for kinds, words in _PROXY_TROUBLES:
        if any(isinstance(cause, kinds) for cause in causes):
            return words
    return "broke off"


def _is_socks_answer(cause: BaseException) -> bool:
    """Whether PySocks, an extra, tells what the proxy itself said."""
    return type(cause).__module__ == "socks" and not getattr(cause, "socket_err", None)


def _unresolved(error: BaseException, host: str) -> QwenTTSError:
    slow = next((f": {cause}" for cause in _causes(error) if isinstance(cause, TimeoutError)), "")
    return Unreachable(
        f"cannot resolve the host {host}{slow}", hint="Check the network, and the region or base URL."
    )


def _refused(_error: BaseException, host: str) -> QwenTTSError:
    return Unreachable(f"cannot connect to {host}: refused", hint="Check that the server runs there.")


def _no_connection(error: BaseException, host: str) -> QwenTTSError:
    return _told_by_system(error, f"cannot connect to {host}", "nothing answers")


def _broke_off(error: BaseException, host: str) -> QwenTTSError:
    return _told_by_system(error, f"the connection to {host} failed", "it broke off")


def _told_by_system(error: BaseException, what: str, otherwise: str) -> QwenTTSError:
    told = (cause for cause in _causes(error) if isinstance(cause, OSError) and cause.strerror)
    cause = next(told, OSError(0, otherwise))
    why = str(cause.strerror)
    message = f"{what}: {why[0].lower()}{why[1:]}"
    if cause.errno in _NO_MORE_FILES:
        hint = "Ask for fewer --jobs, or allow more open files with 'ulimit -n'."
        return LocalError(message, hint=hint, retryable=True)
    if cause.errno in _FORBIDDEN:
        return Unreachable(message, hint="A firewall of this machine may forbid it.")
    return Unreachable(message, hint="Check the network.")


def _too_slow(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"{host} was too slow: nothing came for a while")


def _cut_short(error: BaseException, host: str) -> QwenTTSError:
    got, more = (*error.args, None, None)[:2]
    # In chunks the transfer tells no lengths, and the libraries put other things in their place.
    is_told = isinstance(got, int) and isinstance(more, int)
    lengths = f": {got} of {got + more} bytes arrived" if is_told else ""
    return NetworkError(f"the answer of {host} is cut short{lengths}")


def _reset(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"{host} reset the connection")


def _closed(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"{host} closed the connection without an answer")


def _not_http(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"the answer of {host} is not a valid HTTP response", most_attempts=3)


def _elsewhere(_error: BaseException, host: str) -> QwenTTSError:
    return NetworkError(f"{host} sends us elsewhere, where we do not go", retryable=False)


def _bad_address(_error: BaseException, host: str) -> QwenTTSError:
    return RejectedError(f"the address of {host} cannot be used")


def _unsendable(_error: BaseException, host: str) -> QwenTTSError:
    return RejectedError(f"the request to {host} cannot be sent: HTTP does not take what is in it")


def _no_free_line(_error: BaseException, host: str) -> QwenTTSError:
    return LocalError(f"there is no free connection to {host}", hint="Ask for fewer --jobs.", retryable=True)


_requests = requests.exceptions
_urllib3 = urllib3.exceptions
# The first rule that fits any of the wrapped errors wins, so the more telling ones stand first.
_RULES: tuple[tuple[tuple[type[BaseException], ...], Callable[[BaseException, str], QwenTTSError]], ...] = (
    ((ssl.SSLCertVerificationError,), _untrusted),
    ((_urllib3.ProxyError, _urllib3.ProxySchemeUnknown), _proxy),
    ((_requests.ProxyError, _requests.InvalidProxyURL), _proxy),
    ((_urllib3.NameResolutionError, socket.gaierror, socket.herror, UnicodeError), _unresolved),
    ((ConnectionRefusedError,), _refused),
    ((_urllib3.ConnectTimeoutError, _urllib3.NewConnectionError, _requests.ConnectTimeout), _no_connection),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError), _cut_tls),
    ((ssl.SSLError, _urllib3.SSLError, _requests.SSLError), _no_tls),
    ((_urllib3.TimeoutError, _requests.Timeout, TimeoutError), _too_slow),
    ((_urllib3.IncompleteRead, http.client.IncompleteRead), _cut_short),
    ((http.client.RemoteDisconnected,), _closed),
    ((ConnectionResetError, BrokenPipeError, ConnectionAbortedError), _reset),
    (
        (_requests.TooManyRedirects, _requests.RetryError, _urllib3.ResponseError, _urllib3.HostChangedError),
        _elsewhere,
    ),
    (
        (_requests.InvalidURL, _requests.InvalidSchema, _requests.MissingSchema, _requests.URLRequired),
        _bad_address,
    ),
    ((_urllib3.LocationValueError, http.client.InvalidURL), _bad_address),
    ((http.client.ImproperConnectionState, http.client.NotConnected), _broke_off),
    ((_urllib3.HeaderParsingError, _urllib3.InvalidHeader, http.client.HTTPException), _not_http),
    ((_urllib3.DecodeError, _urllib3.ResponseNotChunked, _urllib3.BodyNotHttplibCompatible), _not_http),
    ((_requests.ContentDecodingError, _requests.StreamConsumedError), _not_http),
    ((_requests.InvalidHeader, _requests.InvalidJSONError, _requests.UnrewindableBodyError), _unsendable),
    ((_urllib3.UnrewindableBodyError, _urllib3.TimeoutStateError), _unsendable),
    ((_requests.ChunkedEncodingError,), _cut_short),
    ((_urllib3.EmptyPoolError, _urllib3.FullPoolError, _urllib3.ClosedPoolError), _no_free_line),
)
# What is said after the proxy's name.
_PROXY_TROUBLES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    (
        (_urllib3.NameResolutionError, socket.gaierror, UnicodeError),
        "cannot be reached: there is no such host",
    ),
    ((ConnectionRefusedError,), "cannot be reached: it refused"),
    ((_urllib3.ConnectTimeoutError, _requests.ConnectTimeout), "cannot be reached: nothing answers"),
    ((ssl.SSLError,), "has no TLS; its address may begin with http://"),
    ((TimeoutError,), "was too slow"),
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
