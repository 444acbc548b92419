"""What the service's refusals mean, by code, status and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwentts_cli.errors import (
    AuthError,
    NetworkError,
    QuotaError,
    QwenTTSError,
    RefusedText,
    RejectedError,
    ServiceFacts,
    TextTooLong,
    Throttled,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_TRANSIENT = {408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524}
_TRANSIENT_CODES = (
    "InternalError",
    "RequestTimeOut",
    "ServiceUnavailable",
    "ModelUnavailable",
    "ModelServingError",
    "ModelServiceFailed",
    "SystemError",
)
_THROTTLE_CODES = ("Throttling", "limit_requests", "LimitRequests", "insufficient_quota")
_THROTTLE_WORDS = (
    "requests rate limit exceeded",
    "allocated quota exceeded",
    "request rate increased too quickly",
    "exceeded your request limit",
)
_BILLING_CODES = (
    "Arrearage",
    "AllocationQuota.FreeTierOnly",
    "CommodityNotPurchased",
    "PrepaidBillOverdue",
    "PostpaidBillOverdue",
)
_FINAL_QUOTA_WORDS = ("free allocated quota exceeded", "voice limit exceeded", "voice storage limit")
_AUTH_CODES = (
    "InvalidApiKey",
    "invalid_api_key",
    "NOT AUTHORIZED",
    "AccessDenied",
    "Model.AccessDenied",
    "Workspace.AccessDenied",
)
_BLOCKED_CODES = (
    "DataInspectionFailed",
    "data_inspection_failed",
    "FaqRuleBlocked",
    "CustomRoleBlocked",
    "IPInfringementSuspect",
)


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

    def says(self, *words: str) -> bool:
        return any(word in self.message.lower() for word in words)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom we asked, with which key and for what: for the messages. The key itself is not here."""

    endpoint: str
    key_origin: str
    model: str = ""
    voice: str = ""


def service_error(refusal: Refusal, asked: Asked) -> QwenTTSError:
    """Classify a refusal.

    Source of the codes: Model Studio, error codes; the words are those of its messages, since one code has
    several meanings.
    """
    for matches, build in _RULES:
        if matches(refusal):
            return build(refusal, asked)
    raise AssertionError("the last rule matches everything")


def _billing(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    if refusal.has_code("AllocationQuota.FreeTierOnly"):
        return QuotaError(
            "the free tier of the model is used up",
            hint="Turn off 'free tier only' on the billing page of the console.",
            **refusal.facts,
        )
    return QuotaError(
        f"the account cannot be billed: {_quote(refusal)}",
        hint="Settle it on the billing page of the console.",
        **refusal.facts,
    )


def _final_quota(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return QuotaError(
        f"a quota is used up: {_quote(refusal)}", hint="See the quota page of the console.", **refusal.facts
    )


def _throttled(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return Throttled(
        f"the rate limit of the account is reached: {_quote(refusal)}",
        hint="Try again later, or set --rpm.",
        retry_after_s=refusal.retry_after_s,
        **refusal.facts,
    )


def _wrong_key(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return AuthError(
        f"the service refused the API key from {asked.key_origin} (asked: {asked.endpoint})",
        hint="A key works in one region only: choose it with --region, or set another key with "
        "'qwentts config init'.",
        **refusal.facts,
    )


def _no_access(refusal: Refusal, asked: Asked) -> QwenTTSError:
    what = f"model {asked.model}" if asked.model else "the workspace"
    return AuthError(
        f"the API key from {asked.key_origin} has no access to {what} (asked: {asked.endpoint}): "
        f"{_quote(refusal)}",
        hint="Activate the model in the console, or choose another with --model.",
        **refusal.facts,
    )


def _too_long(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return TextTooLong(f"the service finds the text too long: {_quote(refusal)}", **refusal.facts)


def _blocked(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return RefusedText(
        f"the service's content filter refused the text: {_quote(refusal)}",
        hint="Change the text.",
        **refusal.facts,
    )


def _not_found(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return RejectedError(
        f"the service does not know model {asked.model} (asked: {asked.endpoint}): {_quote(refusal)}",
        hint="Check --model and --region, or --base-url.",
        **refusal.facts,
    )


def _wrong_voice(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return RejectedError(
        f"the service does not accept voice {asked.voice} for {asked.model}: {_quote(refusal)}",
        hint=f"See 'qwentts voices --model {asked.model}'.",
        **refusal.facts,
    )


def _redirect(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return RejectedError(
        f"the server answered with a redirect, which is not followed (asked: {asked.endpoint})",
        hint="Check the base URL.",
        **refusal.facts,
    )


def _transient(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return NetworkError(
        f"the service failed with {refusal.status} (asked: {asked.endpoint}): {_quote(refusal)}",
        hint="Try again in a while.",
        **refusal.facts,
    )


def _rejected(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return RejectedError(
        f"the service refused the request with {refusal.status}: {_quote(refusal)}", **refusal.facts
    )


def _quote(refusal: Refusal) -> str:
    message = refusal.message.strip()
    shown = message if len(message) <= _MAX_QUOTE else f"{message[: _MAX_QUOTE - 1]}…"
    return shown.rstrip(".。") or "it gave no reason"


_ERROR = 400
# What we say about it must fit beside it.
_MAX_QUOTE = 240
_RULES: list[tuple[Callable[[Refusal], bool], Callable[[Refusal, Asked], QwenTTSError]]] = [
    (lambda r: r.has_code(*_BILLING_CODES), _billing),
    (lambda r: r.says(*_FINAL_QUOTA_WORDS), _final_quota),
    (lambda r: r.has_code(*_THROTTLE_CODES) or r.says(*_THROTTLE_WORDS), _throttled),
    (lambda r: r.has_code("InvalidApiKey", "invalid_api_key"), _wrong_key),
    (lambda r: r.has_code(*_AUTH_CODES), _no_access),
    (lambda r: r.says("range of input length"), _too_long),
    (lambda r: r.has_code(*_BLOCKED_CODES), _blocked),
    (lambda r: r.has_code("ModelNotFound", "model_not_found") or r.says("model not exist"), _not_found),
    (lambda r: r.says("invalid voice", "parameters.audio.voice"), _wrong_voice),
    (lambda r: "InvalidParameter" in r.code, _rejected),
    (lambda r: r.has_code(*_TRANSIENT_CODES), _transient),
    (lambda r: r.status == 429, _throttled),  # noqa: PLR2004 - a status is its own name
    (lambda r: r.status in {401, 407}, _wrong_key),
    (lambda r: r.status == 403, _no_access),  # noqa: PLR2004 - likewise
    (lambda r: r.status == 404, _not_found),  # noqa: PLR2004 - likewise
    (lambda r: r.status in _TRANSIENT, _transient),
    (lambda r: 300 <= r.status < 400, _redirect),  # noqa: PLR2004 - likewise
    (lambda _: True, _rejected),
]
