"""Answers in the shapes of the service and of its audio host, and the error that becomes one."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping


# What the hosts of workspaces answer without a word.
_UNEXPLAINED = frozenset((400, 401, 404))


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole answer; `Content-Length`, `Date` and `Server` are added on the way out."""

    status: int
    headers: dict[str, str]
    body: bytes

    def with_headers(self, changes: Mapping[str, str | None]) -> Reply:
        """Give the same answer with other headers; `None` takes one away."""
        changed = {name.lower() for name in changes}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in changed}
        given = {name: value for name, value in changes.items() if value is not None}
        return replace(self, headers=kept | given)

    def with_body(self, body: bytes) -> Reply:
        return replace(self, body=body)


class ServiceError(Exception):
    """A refusal in the service's own terms (Model Studio, error codes)."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def as_json(self, request_id: str, *, reasons: bool = True) -> Reply:
        """Give the error as the service does; the hosts of workspaces often tell no `reasons`, only `{}`."""
        silent = not reasons and self.status in _UNEXPLAINED
        reply = json_reply(self.status, {} if silent else self.payload(request_id), request_id)
        return reply.with_headers(self.headers)

    def as_xml(self, request_id: str) -> Reply:
        """Give the error as OSS, the audio host, writes it."""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n'
            f"  <Code>{escape(self.code)}</Code>\n  <Message>{escape(self.message)}</Message>\n"
            f"  <RequestId>{request_id}</RequestId>\n</Error>\n"
        )
        headers = {"Content-Type": "application/xml", "x-oss-request-id": request_id}
        return Reply(self.status, headers | self.headers, body.encode())

    def payload(self, request_id: str) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "request_id": request_id}


def json_reply(status: int, payload: object, request_id: str) -> Reply:
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Reply(status, {"Content-Type": "application/json"} | gateway_headers(request_id), body)


def gateway_headers(request_id: str) -> dict[str, str]:
    """Give the headers that the service's gateway adds; it sends none about rate limits."""
    return {
        "x-request-id": request_id,
        "x-dashscope-call-gateway": "true",
        "x-dashscope-finished": "true",
        "x-dashscope-timeout": "298",
        "req-cost-time": "1",
    }
