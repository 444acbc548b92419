"""An answer that is not audio, and whom it came from."""

from __future__ import annotations

import codecs

from msgspec import Struct

from qwentts_cli.errors import NetworkError, ServiceFacts

_ERROR = 400
_PAGE_BEGINS = 1024
# What we say about it must fit beside it.
_MAX_QUOTE = 240


class Refusal(Struct, frozen=True):
    """An answer that is not audio: `message` is the service's own text, not yet fit for a terminal.

    `is_page` where it is a web page, which the service itself never sends.
    """

    status: int
    code: str = ""
    message: str = ""
    request_id: str = ""
    retry_after_s: float | None = None
    is_page: bool = False

    def has_code(self, *codes: str) -> bool:
        return any(self.code == code or self.code.startswith(f"{code}.") for code in codes)

    @property
    def facts(self) -> ServiceFacts:
        """What each error made of it tells."""
        code = self.code or (str(self.status) if self.status >= _ERROR else "")
        return ServiceFacts(service_code=code, request_id=self.request_id)

    @property
    def quote(self) -> str:
        """The service's reason, short enough for a line."""
        message = self.message.strip()
        shown = message if len(message) <= _MAX_QUOTE else f"{message[: _MAX_QUOTE - 1]}…"
        return shown.rstrip(".。") or "it gave no reason"

    @property
    def is_silent(self) -> bool:
        """Whether it says nothing but its status, as workspace hosts do."""
        return not self.code and not self.message.strip()

    def says(self, *words: str) -> bool:
        return any(word in self.message.lower() for word in words)


class Asked(Struct, frozen=True, kw_only=True):
    """Whom we asked, with which key and for what: for the messages. The key itself is not here."""

    endpoint: str
    key_origin: str
    model: str = ""
    voice: str = ""
    is_workspace_host: bool = False
    is_plan_key: bool = False


SIGN_IN = "Open any page in a browser to sign in to this network; else check the proxy and the base URL."


def is_web_page(body: bytes) -> bool:
    """Whether something is HTML, which a network's sign-in page and a proxy's refusal are."""
    start = body[:_PAGE_BEGINS].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    return start.startswith(b"<") and any(tag in start for tag in (b"<!doctype html", b"<html", b"<body"))


def web_page_error(status: int, endpoint: str) -> NetworkError:
    """What to tell of a page where the service's answer should be: the request went no further."""
    return NetworkError(
        f"a web page came with status {status} instead of an answer of the service (asked: {endpoint}): "
        "something in between answered, such as a sign-in page of the network or a proxy",
        hint=SIGN_IN,
        most_attempts=3,
    )
