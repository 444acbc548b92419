"""What the makers of voices refuse, in our words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.dashscope.errors import service_error
from qwentts_cli.errors import QuotaError, RejectedError

if TYPE_CHECKING:
    from qwentts_cli.dashscope.refusal import Asked, Refusal
    from qwentts_cli.errors import QwenTTSError

# Source of codes and meanings: Model Studio, error codes.
_OF_SAMPLE = {
    "Audio.PreprocessError": "finds no stretch of clear speech in the sample that is long enough",
    "Audio.DecoderError": "cannot decode the sample",
    "Audio.AudioRateError": "finds the sample rate of the sample too low",
    "Audio.DurationLimitError": "finds the sample too long",
    "Audio.AudioShortError": "finds the sample too short",
    "Audio.AudioSilentError": "hears nothing in the sample",
    "BadRequest.InputDownloadFailed": "could not fetch the sample",
    "BadRequest.UnsupportedFileFormat": "does not take samples of this format",
    "BadRequest.TooLarge": "finds the sample too large",
}
_SAMPLE_HINT = "Take 10 to 20 seconds of one person speaking clearly, without music; see --transcript too."
_ADDRESS_HINT = "The address must open for everybody, without signing in, and the file be smaller than 10 MB."
_FULL_WORDS = ("voice limit exceeded", "voice storage limit")


class VoiceUnknown(RejectedError):
    """The service has no such voice, or not any more."""


class MakerUnknown(RejectedError):
    """The service has no such maker of voices, or not any more."""


def voice_error(refusal: Refusal, asked: Asked) -> QwenTTSError:
    """Classify a refusal of a maker of voices, which is `asked.model`."""
    for code, what in _OF_SAMPLE.items():
        if refusal.has_code(code):
            hint = _ADDRESS_HINT if code == "BadRequest.InputDownloadFailed" else _SAMPLE_HINT
            return RejectedError(f"the service {what}: {refusal.quote}", hint=hint, **refusal.facts)
    if refusal.says(*_FULL_WORDS):
        return QuotaError(
            f"the account has as many voices as it may have: {refusal.quote}",
            hint="Delete one: 'qwentts voices list --mine', 'qwentts voices delete NAME'.",
            **refusal.facts,
        )
    if refusal.has_code("BadRequest.VoiceNotFound", "VoiceNotFound"):
        return VoiceUnknown(
            f"the service has no voice {asked.voice} (asked: {asked.endpoint})",
            hint="'qwentts voices list --mine' lists what it has; each region has its own.",
            **refusal.facts,
        )
    if refusal.has_code("ModelNotFound", "model_not_found") or refusal.says("model not exist"):
        return MakerUnknown(
            f"the service has no {asked.model} (asked: {asked.endpoint}): {refusal.quote}",
            hint="It may have ended; leave out --model for what makes voices now, or check --region.",
            **refusal.facts,
        )
    error = service_error(refusal, asked)
    if refusal.status >= 500:  # noqa: PLR2004 - a status is its own name; who fails so may have done it
        return error.replace(maybe_billed=True)
    return error
