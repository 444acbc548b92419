"""All voices of an account, as the service has them and as they are called here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.own_voices.makers import load_makers
from qwentts_cli.settings.own_voices import OwnVoice, change_own_voices
from qwentts_cli.speech.own_voices.lookup import voices_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwentts_cli.dashscope.own_voices.voices import Listed
    from qwentts_cli.speech.own_voices.studio import Studio


class AccountVoice(NamedTuple):
    """`is_gone` where the service has it no more, or another account has it."""

    voice: OwnVoice
    is_gone: bool = False


def list_account(studio: Studio) -> list[AccountVoice]:
    """Ask the service for all voices, and remember what it says; those made elsewhere go by their ids.

    Raises:
        QwenTTSError: the service does not tell.
    """
    remembered = {voice.id: voice for voice in voices_of(studio.server)}
    found = []
    for listed in studio.list_all():
        voice = remembered.pop(listed.id, None) or _found_anew(studio, listed)
        found.append(replace(voice, status=listed.status, created=listed.created or voice.created))
    if not studio.is_fleeting:
        _remember(found)
    return [*map(AccountVoice, found), *(AccountVoice(voice, is_gone=True) for voice in remembered.values())]


def _remember(found: Iterable[OwnVoice]) -> None:
    told = {(voice.id, voice.server): voice for voice in found}
    if not told:
        return
    with change_own_voices() as voices:
        # What another process has renamed meanwhile keeps its new name.
        voices[:] = [
            replace(told.pop(key), name=voice.name) if (key := (voice.id, voice.server)) in told else voice
            for voice in voices
        ]
        voices.extend(told.values())


def _found_anew(studio: Studio, listed: Listed) -> OwnVoice:
    return OwnVoice(
        name=listed.id,
        id=listed.id,
        model=listed.model or _model_of(studio, listed),
        maker=listed.maker,
        server=studio.server,
        profile=studio.profile,
    )


def _model_of(studio: Studio, listed: Listed) -> str:
    """The model whose name the id begins with, or else the one that the service tells when it is asked."""
    named = [model for model in load_catalog().models if listed.id.startswith(f"{model}-")]
    return max(named, key=len, default="") or studio.query(load_makers()[listed.maker], listed.id).model
