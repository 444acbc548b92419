"""What the service's refusals mean, by code, status and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.dashscope import refusal_errors as told

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.dashscope.refusal import Asked, Refusal
    from qwentts_cli.errors import QwenTTSError

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
_FINAL_QUOTA_WORDS = (
    "weekly quota",
    "quota exhausted",
    "free allocated quota exceeded",
    "voice limit exceeded",
    "voice storage limit",
)
_AUTH_CODES = (
    "InvalidApiKey",
    "invalid_api_key",
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
# Qwen-Audio and CosyVoice have numbers of an engine instead of codes.
_VOICE_CODES = ("VoiceNotFound", "BadRequest.VoiceNotFound")
_VOICE_WORDS = (
    "invalid voice",
    "parameters.audio.voice",
    "voice not found",
    "request voice is invalid",
    "engine error [411]",
    "error code: 418",
)
_TOO_LONG_WORDS = ("range of input length", "text is limited")
_UNFIT_WORDS = ("preprocess service not found", "please ensure input text is valid")
_SILENT = {400, 401, 404}


def service_error(refusal: Refusal, asked: Asked) -> QwenTTSError:
    """Classify a refusal.

    Source of the codes: Model Studio, error codes; the words are those of its messages, since one code has
    several meanings.
    """
    for matches, build in _RULES:
        if matches(refusal, asked):
            return build(refusal, asked)
    raise AssertionError("the last rule matches everything")


_RULES: list[tuple[Callable[[Refusal, Asked], bool], Callable[[Refusal, Asked], QwenTTSError]]] = [
    (lambda r, _: r.has_code(*_BILLING_CODES), told.billing),
    (lambda r, _: r.says(*_FINAL_QUOTA_WORDS), told.final_quota),
    (lambda r, _: r.has_code(*_THROTTLE_CODES) or r.says(*_THROTTLE_WORDS), told.throttled),
    (lambda r, _: r.has_code("InvalidApiKey", "invalid_api_key"), told.wrong_key),
    (lambda r, _: r.has_code("NOT AUTHORIZED"), told.wrong_workspace),
    (lambda r, _: r.has_code(*_AUTH_CODES), told.no_access),
    (lambda r, _: r.says(*_TOO_LONG_WORDS), told.too_long),
    (lambda r, _: r.has_code(*_BLOCKED_CODES), told.blocked),
    (
        lambda r, _: r.has_code("ModelNotFound", "model_not_found") or r.says("model not exist"),
        told.not_found,
    ),
    (lambda r, _: r.has_code(*_VOICE_CODES) or r.says(*_VOICE_WORDS), told.wrong_voice),
    (lambda r, _: r.says("error code: 428", "engine error [428]"), told.wrong_instructions),
    (lambda r, _: r.says("url error"), told.other_endpoint),
    (lambda r, _: r.says("does not support http call"), told.no_http),
    (lambda r, _: r.says(*_UNFIT_WORDS), told.unfit_text),
    (lambda r, asked: asked.is_workspace_host and r.is_silent and r.status in _SILENT, told.silent_workspace),
    (lambda r, _: "InvalidParameter" in r.code, told.rejected),
    (lambda r, _: r.has_code(*_TRANSIENT_CODES), told.transient),
    (lambda r, _: r.status == 429, told.throttled),  # noqa: PLR2004 - a status is its own name
    (lambda r, _: r.is_page and r.status not in _TRANSIENT, told.web_page),
    (lambda r, _: r.status in {401, 407}, told.wrong_key),
    (lambda r, _: r.status == 403, told.no_access),  # noqa: PLR2004 - likewise
    (lambda r, _: r.status == 404, told.not_found),  # noqa: PLR2004 - likewise
    (lambda r, _: r.status in _TRANSIENT, told.transient),
    (lambda r, _: 300 <= r.status < 400, told.redirect),  # noqa: PLR2004 - likewise
    (lambda _, __: True, told.rejected),
]
