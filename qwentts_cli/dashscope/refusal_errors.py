"""What each kind of refusal is told as, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.refusal import SIGN_IN, web_page_error
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

if TYPE_CHECKING:
    from qwentts_cli.dashscope.refusal import Asked, Refusal


def billing(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    if refusal.has_code("AllocationQuota.FreeTierOnly"):
        return QuotaError(
            "the free tier of the model is used up",
            hint="Turn off 'free tier only' on the billing page of the console.",
            **refusal.facts,
        )
    return QuotaError(
        f"the account cannot be billed: {refusal.quote}",
        hint="Settle it on the billing page of the console.",
        **refusal.facts,
    )


def final_quota(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return QuotaError(
        f"a quota is used up: {refusal.quote}", hint="See the quota page of the console.", **refusal.facts
    )


def throttled(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return Throttled(
        f"the rate limit of the account is reached: {refusal.quote}",
        hint="Try again later, or set --rpm.",
        retry_after_s=refusal.retry_after_s,
        **refusal.facts,
    )


def web_page(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return web_page_error(refusal.status, asked.endpoint)


def wrong_key(refusal: Refusal, asked: Asked) -> QwenTTSError:
    hint = (
        "A key works in one region only: choose it with --region (a key of Qwen Cloud needs "
        "--region qwencloud), or set another key with 'qwentts config init'."
    )
    if asked.is_plan_key:
        hosts = " or ".join(f"https://{host}" for host in load_catalog().plan_hosts)
        hint = (
            f"It is of a Coding or Token Plan, whose keys work on the plan's host only: --base-url {hosts}."
        )
    return AuthError(
        f"the service refused the API key from {asked.key_origin} (asked: {asked.endpoint})",
        hint=hint,
        **refusal.facts,
    )


def wrong_workspace(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return AuthError(
        f"the API key from {asked.key_origin} is not one of this workspace (asked: {asked.endpoint}): "
        f"{refusal.quote}",
        hint="Check the workspace id: 'qwentts config get workspace'.",
        **refusal.facts,
    )


def silent_workspace(refusal: Refusal, asked: Asked) -> QwenTTSError:
    kind = AuthError if refusal.status == 401 else RejectedError  # noqa: PLR2004 - a status is its own name
    return kind(
        f"the workspace's host refused the request with {refusal.status} and gave no reason "
        f"(asked: {asked.endpoint})",
        hint="The host that all workspaces share says why: remove the workspace setting and run it again.",
        **refusal.facts,
    )


def no_access(refusal: Refusal, asked: Asked) -> QwenTTSError:
    what = f"model {asked.model}" if asked.model else "the workspace"
    return AuthError(
        f"the API key from {asked.key_origin} has no access to {what} (asked: {asked.endpoint}): "
        f"{refusal.quote}",
        hint="Activate the model in the console, or choose another with --model.",
        **refusal.facts,
    )


def too_long(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return TextTooLong(f"the service finds the text too long: {refusal.quote}", **refusal.facts)


def blocked(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return RefusedText(
        f"the service's content filter refused the text: {refusal.quote}",
        hint="Change the text.",
        **refusal.facts,
    )


def not_found(refusal: Refusal, asked: Asked) -> QwenTTSError:
    what = f"model {asked.model}" if asked.model else "what it was asked"
    return RejectedError(
        f"the service does not know {what} (asked: {asked.endpoint}): {refusal.quote}",
        hint="Check --model and --region, or --base-url.",
        **refusal.facts,
    )


def wrong_voice(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return RejectedError(
        f"the service does not accept voice {asked.voice} for {asked.model}: {refusal.quote}",
        hint=f"See 'qwentts voices --model {asked.model}'.",
        **refusal.facts,
    )


def other_endpoint(refusal: Refusal, asked: Asked) -> QwenTTSError:
    asked_at = load_catalog().endpoint_of(asked.model)
    return RejectedError(
        f"the service does not have model {asked.model} at its endpoint {asked_at!r}: {refusal.quote}",
        hint="It may belong to the other one; 'qwentts models' lists what this release knows.",
        **refusal.facts,
    )


def no_http(refusal: Refusal, asked: Asked) -> QwenTTSError:
    other = asked.model.split("-realtime")[0]
    return RejectedError(
        f"model {asked.model} speaks over WebSocket only: {refusal.quote}",
        hint=f"{f'Try {other}, or see' if other != asked.model else 'See'} 'qwentts models'.",
        **refusal.facts,
    )


def wrong_instructions(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return RejectedError(
        f"the service does not accept the instructions for voice {asked.voice}: {refusal.quote}",
        hint="Leave them out, make them shorter, or choose another voice.",
        **refusal.facts,
    )


def unfit_text(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return RejectedError(
        f"the service cannot prepare the text for voice {asked.voice} of {asked.model}: {refusal.quote}",
        hint="Check that the text has words, and that voice and language belong to the model.",
        **refusal.facts,
    )


def redirect(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return NetworkError(
        f"a redirect, which is not followed, came with status {refusal.status} instead of an answer of the "
        f"service (asked: {asked.endpoint})",
        hint=SIGN_IN,
        most_attempts=3,
        **refusal.facts,
    )


def transient(refusal: Refusal, asked: Asked) -> QwenTTSError:
    return NetworkError(
        f"the service failed with {refusal.status} (asked: {asked.endpoint}): {refusal.quote}",
        hint="Try again in a while.",
        **refusal.facts,
    )


def rejected(refusal: Refusal, _asked: Asked) -> QwenTTSError:
    return RejectedError(
        f"the service refused the request with {refusal.status}: {refusal.quote}", **refusal.facts
    )
