"""What a refusal of a maker of voices means."""

from __future__ import annotations

import pytest

from qwentts_cli.dashscope.own_voices.voice_errors import MakerUnknown, VoiceUnknown, voice_error
from qwentts_cli.dashscope.refusal import Asked, Refusal
from qwentts_cli.errors import NetworkError, QuotaError, QwenTTSError, RejectedError, Throttled

ASKED = Asked(endpoint="here", key_origin="x", model="voice-enrollment", voice="mine")


@pytest.mark.parametrize(
    ("refusal", "kind", "says", "hint"),
    [
        (Refusal(400, "Audio.AudioShortError", "x"), RejectedError, "finds the sample too short", "10 to 20"),
        (Refusal(400, "Audio.DecoderError", "x"), RejectedError, "cannot decode the sample", "10 to 20"),
        (
            Refusal(400, "BadRequest.InputDownloadFailed", "x"),
            RejectedError,
            "could not fetch the sample",
            "open for everybody",
        ),
        (
            Refusal(400, "X", "Voice limit exceeded"),
            QuotaError,
            "as many voices as it may have",
            "delete NAME",
        ),
        (Refusal(400, "X", "the voice storage limit"), QuotaError, "as many voices as it may", "delete NAME"),
        (Refusal(400, "VoiceNotFound", "x"), VoiceUnknown, "has no voice mine", "list --mine"),
        (Refusal(404, "ModelNotFound", "x"), MakerUnknown, "has no voice-enrollment", "--model"),
        (Refusal(400, "X", "Model not exist."), MakerUnknown, "has no voice-enrollment", "--model"),
        (Refusal(429, "Throttling", "x"), Throttled, "rate limit", "--rpm"),
        (Refusal(418, "", ""), RejectedError, "refused the request with 418", ""),
    ],
)
def test_each_refusal_means_one_thing(
    refusal: Refusal, kind: type[QwenTTSError], says: str, hint: str
) -> None:
    """With what to do about it; and no voice was made."""
    error = voice_error(refusal, ASKED)
    assert type(error) is kind
    assert says in error.message
    assert hint in error.hint
    assert not error.maybe_billed


@pytest.mark.parametrize(("status", "maybe_made"), [(408, False), (499, False), (500, True), (503, True)])
def test_who_fails_may_have_made_the_voice(status: int, *, maybe_made: bool) -> None:
    """And whoever would ask again might pay twice."""
    error = voice_error(Refusal(status), ASKED)
    assert error.maybe_billed == maybe_made
    assert isinstance(error, NetworkError) or status == 499
