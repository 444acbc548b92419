"""What is known of a voice, from the catalogue and from what this machine remembers."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from qwentts_cli.dashscope.names import find_voice
from qwentts_cli.settings.own_voices import known_by_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from qwentts_cli.dashscope.catalog import Catalog
    from qwentts_cli.dashscope.catalog.rows import Model, Source, Voice
    from qwentts_cli.settings.own_voices import OwnVoice


class VoiceFacts(Struct, frozen=True, kw_only=True):
    """What is not known is empty.

    `languages` are names, `models` ids with the usual one first, and `ended` those of them whose end has come
    in some region.
    """

    id: str
    name_zh: str = ""
    gender: str = ""
    dialect: str = ""
    accent: str = ""
    character: str = ""
    languages: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    source: Source | None = None

    @property
    def speaks(self) -> str:
        """The dialect, or the languages if they are few enough to be read at a glance."""
        if self.dialect:
            return self.dialect
        return ", ".join(self.languages) if len(self.languages) < 3 else f"{len(self.languages)} languages"  # noqa: PLR2004 - a few

    @property
    def command(self) -> str:
        """What to type to have it speak; the model follows from the voice."""
        return f'qwentts say -v {shlex.quote(self.id)} "Hello."'

    def document(self) -> dict[str, Any]:
        """The stable shape for scripts."""
        return {
            "id": self.id,
            "name_zh": self.name_zh,
            "gender": self.gender,
            "dialect": self.dialect or None,
            "accent": self.accent or None,
            "description": self.character,
            "languages": list(self.languages),
            "models": list(self.models),
            "ended_models": list(self.ended),
            "source": str(self.source) if self.source else None,
            "source_url": (self.source and self.source.url) or None,
            "command": self.command,
        }


def each_fact(catalog: Catalog) -> Iterator[VoiceFacts]:
    """All voices of the catalogue."""
    today = datetime.now().astimezone().date()
    return (describe(catalog, voice, today) for voice in catalog.each_voice())


def find_facts(catalog: Catalog, name: str) -> VoiceFacts:
    """What is known of a voice, which may be only its name."""
    voice, own = find_voice(catalog, name), known_by_id(name)
    if own:
        return describe_own(catalog, own)
    return describe(catalog, voice, datetime.now().astimezone().date()) if voice else VoiceFacts(id=name)


def describe_own(catalog: Catalog, own: OwnVoice) -> VoiceFacts:
    """What is known of a voice of one's own, which has the name that it has here."""
    model = catalog.models.get(own.model)
    is_over = model and has_ended(model, datetime.now().astimezone().date())
    return VoiceFacts(
        id=own.name,
        character="your own voice",
        languages=tuple(filter(None, [catalog.languages.get(own.language)])),
        models=(own.model,),
        ended=(own.model,) if is_over else (),
    )


def describe(catalog: Catalog, voice: Voice, today: date) -> VoiceFacts:
    """What the catalogue has on a voice."""
    models = catalog.models_of(voice)
    return VoiceFacts(
        id=voice.id,
        name_zh=voice.name_zh,
        gender=voice.gender,
        dialect=voice.dialect or "",
        accent=voice.accent or "",
        character=voice.description or ", ".join(filter(None, (voice.group, voice.accent))),
        languages=_languages(catalog, voice, models),
        models=tuple(model.id for model in models),
        ended=tuple(model.id for model in models if has_ended(model, today)),
        source=catalog.sources[voice.source],
    )


def has_ended(model: Model, today: date) -> bool:
    """Whether its announced end has come in any region."""
    return any(end.date <= today for end in model.ends.values())


def _languages(catalog: Catalog, voice: Voice, models: list[Model]) -> tuple[str, ...]:
    """What it is documented to speak; without a word on that, what its models speak."""
    codes = set(voice.languages or ())
    if voice.languages is None:
        codes.update(*(model.languages for model in models))
    return tuple(name for code, name in catalog.languages.items() if code in codes)
