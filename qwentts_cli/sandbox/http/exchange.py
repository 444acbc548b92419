"""One request on its way through the sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What came, and what the ledger will say of it.

    `path` is as sent; `region` and `workspace` are those of the host it stands for, "" where it names none.
    """

    seq: int
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    request_id: str
    region: str = ""
    workspace: str = ""
    phase: str = "other"
    model: str = ""
    voice: str = ""
    billed: int = 0
    faults: list[str] = field(default_factory=list)

    def header(self, name: str) -> str:
        return header_of(self.headers, name)


def header_of(headers: dict[str, str], name: str) -> str:
    """Give a header's value, whatever its case; "" where it was not sent."""
    return next((value for sent, value in headers.items() if sent.lower() == name.lower()), "")
