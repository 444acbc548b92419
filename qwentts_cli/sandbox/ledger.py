"""The sandbox's own account of what it was asked and what it billed."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pathlib import Path

# A foreground sandbox may run for weeks; a test run needs some thousands.
_KEPT_RECORDS = 20_000
_KEPT_BODY_CHARS = 8_000


@dataclass(slots=True)
class Exchange:
    """One request on its way through the sandbox: what came, and what the ledger will say of it."""

    seq: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    request_id: str
    phase: str = "other"
    model: str = ""
    voice: str = ""
    billed: int = 0
    faults: list[str] = field(default_factory=list)

    def header(self, name: str) -> str:
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Record:
    """One request and its answer.

    `phase` is `post`, `sse`, `get`, `customization` or `other`; `headers` are as sent, the key too; `status`
    is 0 where no answer was sent; `billed` counts characters; `fault` names the rules that applied.
    """

    seq: int
    phase: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    status: int
    billed: int
    request_id: str
    model: str
    voice: str
    fault: str

    def header(self, name: str) -> str:
        """Give a header's value, whatever its case; "" where it was not sent."""
        return _header(self.headers, name)


class Ledger:
    """Keeps the records in memory and, given a path, appends them there as JSON lines.

    A line of type `request` is written before the first byte of the answer leaves, and a line of type `bill`
    with it when the synthesis was billed. The file never holds the key or the URL's signature.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._records: deque[Record] = deque(maxlen=_KEPT_RECORDS)
        self._lock = threading.Lock()
        self._file = None if path is None else _open_private(path)

    @property
    def records(self) -> list[Record]:
        with self._lock:
            return list(self._records)

    def add(self, exchange: Exchange, status: int) -> None:
        record = Record(
            seq=exchange.seq,
            phase=exchange.phase,
            method=exchange.method,
            path=exchange.path,
            query=exchange.query,
            headers=dict(exchange.headers),
            body=exchange.body[: 4 * _KEPT_BODY_CHARS].decode("utf-8", "replace")[:_KEPT_BODY_CHARS],
            status=status,
            billed=exchange.billed,
            request_id=exchange.request_id,
            model=exchange.model,
            voice=exchange.voice,
            fault=",".join(exchange.faults),
        )
        with self._lock:
            self._records.append(record)
            if self._file is not None:
                self._file.write(_lines(record))
                self._file.flush()

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def _lines(record: Record) -> str:
    shared = {
        "seq": record.seq,
        "request_id": record.request_id,
        "model": record.model,
        "voice": record.voice,
    }
    request = {
        "type": "request",
        **shared,
        "phase": record.phase,
        "method": record.method,
        "path": record.path,
        "status": record.status,
        "billed": record.billed,
        "fault": record.fault,
        "authorization": bool(record.header("Authorization")),
        "body": record.body,
    }
    lines = [request]
    if record.billed:
        lines.append({"type": "bill", **shared, "characters": record.billed})
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _header(headers: dict[str, str], name: str) -> str:
    return next((value for sent, value in headers.items() if sent.lower() == name.lower()), "")


def _open_private(path: Path) -> TextIO:
    # It holds the texts that were spoken.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)
    return open(descriptor, "a", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123 - a descriptor
