"""Which voices are meant, by what is known of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct

from qwentts_cli.cli.options.flag_groups import FlagGroup
from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE, Catalog
from qwentts_cli.dashscope.names import choose_language, choose_model
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwentts_cli.cli.voices.facts import VoiceFacts

GENDERS = ("female", "male")
_GENDERS_ZH = {"female": "女", "male": "男"}


class FilterFlags(FlagGroup, frozen=True, kw_only=True):
    language: Annotated[
        str | None,
        typer.Option("-l", "--language", metavar="LANG", help="Only voices that speak this language."),
    ] = None
    gender: Annotated[
        str | None, typer.Option("--gender", metavar="WHICH", help="Only female or male voices.")
    ] = None
    dialect: Annotated[
        str | None, typer.Option("--dialect", metavar="NAME", help="Only voices of this dialect.")
    ] = None
    model: Annotated[
        str | None, typer.Option("-m", "--model", metavar="NAME", help="Only voices of this model.")
    ] = None
    search: Annotated[
        str | None,
        typer.Option("--search", metavar="WORDS", help="Only voices whose description has these words."),
    ] = None


class Filters(Struct, frozen=True, kw_only=True):
    """What a voice must have; `None` leaves it open. Languages and models are as the service names them."""

    language: str | None = None
    gender: str | None = None
    dialect: str | None = None
    model: str | None = None
    search: str | None = None

    def select(self, voices: Iterable[VoiceFacts]) -> Iterator[VoiceFacts]:
        """Give the voices that have it all."""
        return (voice for voice in voices if self._fits(voice))

    def _fits(self, voice: VoiceFacts) -> bool:
        words = (self.search or "").casefold().split()
        known = _everything(voice)
        return (
            self.language in {None, *voice.languages}
            and self.gender in {None, voice.gender}
            and self.model in {None, *voice.models}
            and (not self.dialect or self.dialect.casefold() in _dialect(voice))
            and all(_begins_a_word(word, known) for word in words)
        )


def read_filters(catalog: Catalog, typed: FilterFlags) -> Filters:
    """What was typed, in the words of the catalogue.

    Raises:
        UsageError: there is no such language, gender or model.
    """
    spoken = choose_language(catalog, typed.language).wire if typed.language else AUTO_LANGUAGE
    gender = typed.gender
    if gender and gender.casefold() not in GENDERS:
        raise UsageError(f"--gender {gender!r} is not known", hint=f"Use {', '.join(GENDERS)}.")
    wire = choose_model(catalog, typed.model).wire if typed.model else None
    if wire and wire not in catalog.models:
        hint = f"Models are: {', '.join(catalog.models)}."
        raise UsageError(f"there is no model {typed.model!r} in the catalogue", hint=hint)
    return Filters(
        language=None if spoken == AUTO_LANGUAGE else spoken,
        gender=gender.casefold() if gender else None,
        dialect=typed.dialect,
        model=wire,
        search=typed.search,
    )


def _begins_a_word(word: str, text: str) -> bool:
    """So that "male" is not found in "female"; Chinese has no spaces."""
    return bool(re.search(rf"(?<![a-z]){re.escape(word)}" if word[0].isascii() else re.escape(word), text))


def _dialect(voice: VoiceFacts) -> str:
    """The dialect in English and in Chinese, which is where a Chinese name has it: 四川-晴儿."""
    return f"{voice.dialect} {voice.name_zh.split('-')[0]}".casefold() if voice.dialect else ""


def _everything(voice: VoiceFacts) -> str:
    facts = (
        voice.id,
        voice.name_zh,
        voice.gender,
        _GENDERS_ZH.get(voice.gender, ""),
        voice.dialect,
        voice.accent,
        voice.character,
    )
    return " ".join(facts).casefold()
