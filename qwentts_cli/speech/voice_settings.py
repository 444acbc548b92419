"""From what was typed to what is asked for, with a word on what looks wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE, load_catalog
from qwentts_cli.dashscope.names import choose_language, choose_model, choose_voice, instructions_warning
from qwentts_cli.dashscope.request import SynthesisRequest
from qwentts_cli.text.read import without_trailing_space
from qwentts_cli.text.segment import Segment, segment_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.cli.console.invocation import Invocation

# What a model of which nothing is known may take; every speech model so far takes this much.
_CAUTIOUS_UNITS = 512
# A first request this short has its sound while the others are being made.
_FIRST_UNITS_HEARD = 100


def make_recipe(
    invocation: Invocation, *, instructions: str | None, optimize_instructions: bool
) -> SynthesisRequest:
    """The request that every segment's text is put into.

    Raises:
        UsageError: a name is a slip of a known one.
    """
    catalog, settings = load_catalog(), invocation.settings
    model = choose_model(catalog, settings.text("model", catalog.default_model))
    voice = choose_voice(catalog, settings.text("voice", catalog.default_voice), model.wire)
    language = choose_language(catalog, settings.text("language", AUTO_LANGUAGE))
    ignored = instructions_warning(catalog, model.wire) if instructions else ""
    for warning in (model.warning, voice.warning, ignored):
        if warning:
            invocation.output.warn(warning)
    return SynthesisRequest(
        text="",
        voice=voice.wire,
        model=model.wire,
        language=None if language.wire == AUTO_LANGUAGE else language.wire,
        instructions=instructions or None,
        optimize_instructions=optimize_instructions,
    )


def cut(
    pieces: Iterator[str],
    recipe: SynthesisRequest,
    *,
    is_heard: bool = False,
    is_live: bool = False,
    by_paragraph: bool = False,
) -> Iterator[Segment]:
    """Cut a text for the model of `recipe`; one that is heard while it is made begins shortly."""
    return segment_text(
        without_trailing_space(pieces),
        max_units=_max_units(recipe.model),
        language=language_code(recipe),
        first_max_units=_FIRST_UNITS_HEARD if is_heard else None,
        paragraphs=by_paragraph,
        eager=is_live and is_heard,
    )


def _max_units(model: str) -> int:
    known = load_catalog().models.get(model)
    return known.max_units if known else _CAUTIOUS_UNITS


def language_code(recipe: SynthesisRequest) -> str:
    """The ISO 639-1 code of the text's language, empty where it is left to the service."""
    codes = {name: code for code, name in load_catalog().languages.items()}
    return codes.get(recipe.language or "", "")
