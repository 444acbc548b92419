"""What each refusal of the service means, and what the user is told to do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from qwentts_cli.dashscope.errors import service_error
from qwentts_cli.dashscope.refusal import Asked, Refusal
from qwentts_cli.errors import (
    AuthError,
    NetworkError,
    QuotaError,
    QwenTTSError,
    RefusedText,
    RejectedError,
    TextTooLong,
    Throttled,
)

ASKED = Asked(
    endpoint="intl, dashscope-intl.aliyuncs.com",
    key_origin="QWENTTS_API_KEY",
    model="qwen3-tts-flash",
    voice="Cherry",
)


MEANINGS = [
    (Refusal(401, "InvalidApiKey", "Invalid API-key provided."), AuthError),
    (Refusal(401, "", ""), AuthError),
    (Refusal(403, "AccessDenied.Unpurchased", "Access to model denied."), AuthError),
    (
        Refusal(403, "AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted."),
        QuotaError,
    ),
    (
        Refusal(400, "Arrearage", "Access denied, please make sure your account is in good standing."),
        QuotaError,
    ),
    (Refusal(429, "Throttling.RateQuota", "Requests rate limit exceeded"), Throttled),
    (Refusal(429, "Throttling.AllocationQuota", "Allocated quota exceeded, please increase"), Throttled),
    (Refusal(429, "Throttling.AllocationQuota", "Free allocated quota exceeded."), QuotaError),
    (Refusal(429, "limit_requests", "You exceeded your current requests list."), Throttled),
    (Refusal(200, "Throttling.AllocationQuota", ""), Throttled),
    (Refusal(429, "", ""), Throttled),
    (
        Refusal(
            400,
            "InvalidParameter",
            "<400> InternalError.Algo.InvalidParameter: Range of input length should be [0, 600]",
        ),
        TextTooLong,
    ),
    (Refusal(400, "InternalError.Algo.InvalidParameter", "no"), RejectedError),
    (Refusal(400, "DataInspectionFailed", "inappropriate"), RefusedText),
    (Refusal(404, "ModelNotFound", "Model can not be found."), RejectedError),
    (Refusal(400, "InvalidParameter", "Model not exist."), RejectedError),
    (Refusal(500, "InternalError.Algo", "inference internal error."), NetworkError),
    (Refusal(503, "ModelUnavailable", "try again later"), NetworkError),
    (Refusal(500, "", ""), NetworkError),
    *((Refusal(status, "", ""), NetworkError) for status in (408, 425, 502, 503, 504, *range(520, 525))),
    (Refusal(407, "", ""), AuthError),
    (Refusal(403, "", ""), AuthError),
    (Refusal(404, "", ""), RejectedError),
    (Refusal(409, "", ""), RejectedError),
    (Refusal(525, "", ""), RejectedError),
    (Refusal(302, "", ""), NetworkError),
    (Refusal(418, "", ""), RejectedError),
]


@pytest.mark.parametrize(("refusal", "kind"), MEANINGS, ids=lambda value: str(value)[:60])
def test_each_refusal_means_one_thing(refusal: Refusal, kind: type[QwenTTSError]) -> None:
    """The kind decides the exit code and whether it is tried again."""
    error = service_error(refusal, ASKED)
    assert type(error) is kind
    assert error.service_code in {refusal.code, str(refusal.status)}


@pytest.mark.parametrize(("status", "is_redirect"), [(299, False), (300, True), (399, True), (400, False)])
def test_a_redirect_is_told_as_one(status: int, *, is_redirect: bool) -> None:
    """It is most likely a sign-in page."""
    assert ("redirect" in service_error(Refusal(status), ASKED).message) == is_redirect


def test_a_wrong_key_names_region_and_origin() -> None:
    """Most wrong keys are right keys of another region."""
    error = service_error(Refusal(401, "InvalidApiKey", "Invalid API-key provided."), ASKED)
    assert "QWENTTS_API_KEY" in error.message
    assert "intl" in error.message
    assert "--region" in error.hint


WORDS = [
    (
        Refusal(401, "NOT AUTHORIZED", "Access denied: Either you are not authorized"),
        AuthError,
        "workspace id",
    ),
    (Refusal(400, "InvalidParameter", "url error, please check url\uff01"), RejectedError, "qwentts models"),
    (
        Refusal(400, "InvalidParameter", "current user api does not support http call"),
        RejectedError,
        "qwentts models",
    ),
    (Refusal(400, "InvalidParameter", "[cosyvoice:]Engine error [411]: TTS speak"), RejectedError, "voices"),
    (Refusal(400, "InvalidParameter", "[tts:]Engine return error code: 418"), RejectedError, "voices"),
    (
        Refusal(400, "InvalidParameter", "[tts:]Engine return error code: 428"),
        RejectedError,
        "Leave them out",
    ),
    (Refusal(400, "VoiceNotFound", "Voice not found: x"), RejectedError, "voices"),
    (Refusal(400, "BadRequest.VoiceNotFound", "Voice not found: x"), RejectedError, "voices"),
    (Refusal(400, "InvalidParameter", "Request voice is invalid!"), RejectedError, "voices"),
    (
        Refusal(400, "InvalidParameter", "Each request sends text is limited: 20000, current: 36000"),
        TextTooLong,
        "",
    ),
    (Refusal(400, "InvalidParameter", "preprocess service not found"), RejectedError, "language"),
    (Refusal(400, "InvalidParameter", "Please ensure input text is valid"), RejectedError, "words"),
    (Refusal(429, "Throttling.AllocationQuota", "weekly quota exhausted"), QuotaError, "quota page"),
    (Refusal(429, "Throttling.AllocationQuota", "Your quota exhausted"), QuotaError, "quota page"),
    (Refusal(401, "InvalidApiKey", "Invalid API-key provided."), AuthError, "--region qwencloud"),
]


@pytest.mark.parametrize(("refusal", "kind", "hint"), WORDS, ids=lambda value: str(value)[:60])
def test_the_words_of_both_endpoints_are_understood(
    refusal: Refusal, kind: type[QwenTTSError], hint: str
) -> None:
    """Each says what to do about it."""
    error = service_error(refusal, ASKED)
    assert type(error) is kind
    assert hint in error.hint


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_workspace_host_that_gives_no_reason_is_told_as_such(status: int) -> None:
    """The shared host says why; an answer of a shared host is told as before."""
    asked = replace(ASKED, is_workspace_host=True)
    assert "shared" not in service_error(Refusal(status), ASKED).hint
    error = service_error(Refusal(status), asked)
    assert type(error) is (AuthError if status == 401 else RejectedError)
    assert "all workspaces share" in error.hint
    assert service_error(Refusal(status, "InvalidApiKey", "no"), asked).message.startswith(
        "the service refused"
    )


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        ("qwen3-tts-flash-realtime", "Try qwen3-tts-flash, or see 'qwentts models'."),
        ("qwen3-tts-flash", "See 'qwentts models'."),
    ],
)
def test_a_model_over_websocket_has_another_proposed(model: str, hint: str) -> None:
    """Never the very one that was asked for."""
    refusal = Refusal(400, "InvalidParameter", "current user api does not support http call")
    assert service_error(refusal, replace(ASKED, model=model)).hint == hint


def test_a_key_of_a_plan_is_told_where_it_works() -> None:
    """On the plan's host only."""
    error = service_error(Refusal(401, "InvalidApiKey", "no"), replace(ASKED, is_plan_key=True))
    assert "https://token-plan.maas.qwencloudapi.com" in error.hint
