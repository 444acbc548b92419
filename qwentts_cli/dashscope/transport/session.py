"""The one place that sends HTTP: no redirects, cookies, stored passwords or retries of its own."""

from __future__ import annotations

import time
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Self

import requests
from msgspec import Struct
from requests.auth import AuthBase

from qwentts_cli import __version__
from qwentts_cli.dashscope.transport.adapter import WatchedAdapter
from qwentts_cli.dashscope.transport.deadline import Deadline
from qwentts_cli.dashscope.transport.environment import check_environment, own_certificates, system_trust
from qwentts_cli.dashscope.transport.transport_errors import TRANSPORT_ERRORS, translate_transport_error
from qwentts_cli.errors import QwenTTSError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    import urllib3

    from qwentts_cli.dashscope.endpoint import Endpoint
    from qwentts_cli.dashscope.transport.pace import Pace

MAX_CONNECTIONS = 64
_READ_BYTES = 1 << 16


class Timeouts(Struct, frozen=True):
    """Seconds: to connect, to the first byte of an answer, between bytes, and for the whole request."""

    total: float = 600.0
    connect: float = 10.0
    first_byte: float = 300.0
    idle: float = 30.0


class BearerAuth(AuthBase):
    """Adds the key to a request. As an auth object it wins over `~/.netrc`, which overwrites a header."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._secret}"
        return request


def no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Sends nothing; that it is given keeps requests from looking into `~/.netrc`."""
    return request


def open_session(url: str, *, is_loopback: bool) -> requests.Session:
    """Make a session that takes proxies and certificate bundles from the environment, and nothing else.

    Raises:
        UsageError: what the environment says of them for `url` cannot be used.
    """
    if not is_loopback:
        check_environment(url)
    session = requests.Session()
    trust = system_trust() if url.startswith("https://") else None
    adapter = WatchedAdapter(trust, pool_connections=4, pool_maxsize=MAX_CONNECTIONS, max_retries=0)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # One encoding, so that a few bytes cannot swell to gigabytes, and lengths can be compared.
    session.headers = requests.structures.CaseInsensitiveDict(
        {"User-Agent": f"qwentts/{__version__}", "Accept-Encoding": "identity", "Accept": "*/*"}
    )
    # Nothing on this machine is behind a proxy. The library would tell itself so through this process's
    # environment, which threads share.
    session.trust_env = not is_loopback
    session.verify = own_certificates() or True
    return session


class Sessions:
    """One connection pool for the service and one for its storage, which never gets the key."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._api = open_session(endpoint.base_url, is_loopback=endpoint.is_loopback)
        self._storage = open_session(endpoint.base_url, is_loopback=endpoint.is_loopback)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._api.close()
        self._storage.close()


class Arriving(Struct, frozen=True):
    """An answer whose body is still to be read, inside `exchange`, which translates what breaks."""

    status: int
    headers: Mapping[str, str]
    body: urllib3.BaseHTTPResponse
    deadline: Deadline

    @property
    def length(self) -> int:
        """How many bytes the server promises, 0 where it does not say."""
        return self.body.length_remaining or 0

    def pieces(self, pace: Pace | None = None) -> Iterator[bytes]:
        """The body as it arrives, undecoded.

        Raises:
            TimeoutError: it is too slow for `pace`, or the time of the request is over.
        """
        began = time.monotonic()
        while piece := self.body.read1(_READ_BYTES, decode_content=False):
            if pace:
                pace.wait(time.monotonic() - began)
            yield piece
            began = time.monotonic()
        self.deadline.check()


@contextmanager
def exchange(session: requests.Session, request: requests.Request, timeouts: Timeouts) -> Iterator[Arriving]:
    """Send a request and give the answer, its body unread; all must be over within the time-outs.

    Raises:
        NetworkError: nothing was listening, the connection broke, or the time was over.
    """
    with Deadline(timeouts.total) as deadline:
        first_byte = min(timeouts.first_byte, timeouts.total)
        url = str(request.url)
        try:
            prepared = session.prepare_request(request)
            # It looks for proxies in the environment, unless told so here.
            settings = session.merge_environment_settings(
                url, dict(session.proxies), stream=True, verify=None, cert=None
            )
            with session.send(
                prepared,
                timeout=(min(timeouts.connect, timeouts.total), first_byte),
                allow_redirects=False,
                **settings,
            ) as response:
                deadline.check()
                deadline.set_idle_limit(min(timeouts.idle, timeouts.total))
                yield Arriving(response.status_code, response.headers, response.raw, deadline)
        except TRANSPORT_ERRORS as error:
            raise translate_transport_error(error, url, deadline) from error
        except QwenTTSError as error:
            if deadline.is_over:  # what was found wrong is what had come until then
                raise translate_transport_error(error, url, deadline) from error
            raise
