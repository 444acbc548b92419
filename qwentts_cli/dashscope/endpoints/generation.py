"""The endpoint of Qwen3-TTS, by its HTTP reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qwentts_cli.dashscope.request import SynthesisRequest

PATH = "/services/aigc/multimodal-generation/generation"


def build_body(request: SynthesisRequest) -> dict[str, Any]:
    """The documented body, without the keys that are at their default.

    `instructions` belong into `input`, as the HTTP reference has it (the SDK sends them in `parameters`).
    """
    fields: dict[str, Any] = {"text": request.text, "voice": request.voice}
    if request.language:
        fields["language_type"] = request.language
    if request.instructions:
        fields["instructions"] = request.instructions
        if request.optimize_instructions:
            fields["optimize_instructions"] = True
    return {"model": request.model, "input": fields}
