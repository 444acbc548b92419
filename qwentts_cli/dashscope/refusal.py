"""An answer that is not audio, and whom it came from."""

from __future__ import annotations

from dataclasses import dataclass

from qwentts_cli.errors import ServiceFacts

_ERROR = 400
# What we say about it must fit beside it.
_MAX_QUOTE = 240


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not audio: `message` is the service's own text, not yet fit for a terminal."""

    status: int
    code: str = ""
    message: str = ""
    request_id: str = ""
    retry_after_s: float | None = None

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom we asked, with which key and for what: for the messages. The key itself is not here."""

    endpoint: str
    key_origin: str
    model: str = ""
    voice: str = ""
    is_workspace_host: bool = False
    is_plan_key: bool = False
