"""The sandbox's own account of what it was asked and what it billed."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TextIO

from qwentts_cli.sandbox.http.exchange import header_of

if TYPE_CHECKING:
    from pathlib import Path

    from qwentts_cli.sandbox.http.exchange import Exchange

# A foreground sandbox may run for weeks; a test run needs some thousands. The oldest records go first.
_MAX_RECORDS = 20_000
_MAX_CHARS = 32_000_000
# What a client may make one record weigh.
_MAX_BODY_CHARS = 8_000
_MAX_PATH_CHARS = 1_000
_MAX_HEADERS = 32
_MAX_NAME_CHARS = 80
_MAX_VALUE_CHARS = 400
_RECORD_OVERHEAD = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One request and its answer, with long values cut.

    `phase` is `post`, `sse`, `get`, `customization`, `upload`, `models` or `other`; `headers` are the first
    32, the key too; `status` is 0 where no answer was sent; `billed` counts characters, also where the model
    bills tokens; `fault` names the rules that applied.
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
        return header_of(self.headers, name)

    @property
    def weight(self) -> int:
        """About how many characters it keeps in memory."""
        headers = sum(len(name) + len(value) + 100 for name, value in self.headers.items())
        return _RECORD_OVERHEAD + headers + len(self.body) + len(self.path) + len(self.query)


class Ledger:
    """Keeps the records in memory and, given a path, appends them there as JSON lines.

    A line of type `request` is written before the first byte of the answer leaves, and a line of type `bill`
    with it when the synthesis was billed. The file never holds the key or the URL's signature. However much
    clients send, memory stays below some 150 MB: the oldest records make room.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._records: deque[Record] = deque()
        self._weight = 0
        self._lock = threading.Lock()
        self._file = None if path is None else _open_private(path)

    @property
    def records(self) -> list[Record]:
        with self._lock:
            return list(self._records)

    def add(self, exchange: Exchange, status: int) -> None:
        record = _record(exchange, status)
        with self._lock:
            self._keep(record)
            if self._file is not None:
                self._file.write(_lines(record))
                self._file.flush()

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _keep(self, record: Record) -> None:
        self._records.append(record)
        self._weight += record.weight
        while self._weight > _MAX_CHARS or len(self._records) > _MAX_RECORDS:
            self._weight -= self._records.popleft().weight


def _record(exchange: Exchange, status: int) -> Record:
    return Record(
        seq=exchange.seq,
        phase=exchange.phase,
        method=exchange.method[:_MAX_NAME_CHARS],
        path=exchange.path[:_MAX_PATH_CHARS],
        query=exchange.query[:_MAX_PATH_CHARS],
        headers={
            name[:_MAX_NAME_CHARS]: value[:_MAX_VALUE_CHARS]
            for name, value in islice(exchange.headers.items(), _MAX_HEADERS)
        },
        body=exchange.body[: 4 * _MAX_BODY_CHARS].decode("utf-8", "replace")[:_MAX_BODY_CHARS],
        status=status,
        billed=exchange.billed,
        request_id=exchange.request_id,
        model=exchange.model[:_MAX_NAME_CHARS],
        voice=exchange.voice[:_MAX_NAME_CHARS],
        fault=",".join(exchange.faults),
    )


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


def _open_private(path: Path) -> TextIO:
    # It holds the texts that were spoken.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)
    return open(descriptor, "a", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123 - a descriptor
