"""`qwentts voices`: what there is to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from qwentts_cli.cli.console.global_options import Command, Group
from qwentts_cli.cli.console.invocation import begin
from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE, Catalog, Model, Voice, load_catalog
from qwentts_cli.dashscope.names import choose_language, choose_model, choose_voice, find_voice
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

app = typer.Typer(
    cls=Group,
    rich_markup_mode=None,
    invoke_without_command=True,
    help="List the voices, or show one.",
)

_GENDERS = ("female", "male")


@app.callback()
@app.command("list", cls=Command)
def list_voices(
    context: typer.Context,
    language: Annotated[
        str | None, typer.Option("-l", "--language", help="Only voices that speak this language.")
    ] = None,
    gender: Annotated[str | None, typer.Option("--gender", help="Only female or male voices.")] = None,
    model: Annotated[str | None, typer.Option("-m", "--model", help="Only voices of this model.")] = None,
    dialect: Annotated[str | None, typer.Option("--dialect", help="Only voices of this dialect.")] = None,
    search: Annotated[
        str | None, typer.Option("--search", help="Only voices with this in their name or description.")
    ] = None,
) -> None:
    """List the voices, each with the models that have it."""
    if context.invoked_subcommand:  # the group runs this too, as what it does without a command
        return
    catalog = load_catalog()
    output = begin(context).output
    spoken = choose_language(catalog, language).wire if language else AUTO_LANGUAGE
    if gender and gender.casefold() not in _GENDERS:
        raise UsageError(f"--gender {gender!r} is not known", hint=f"Use {', '.join(_GENDERS)}.")
    found = [
        voice
        for voice in _of_model(catalog, model)
        if _matches(voice, gender=gender, dialect=dialect, search=search)
        and (spoken == AUTO_LANGUAGE or spoken in _languages(catalog, voice))
    ]
    if output.is_json:
        output.document({"voices": [_document(catalog, voice) for voice in found]})
        return
    output.lines(_table(catalog, found))


@app.command("show", cls=Command)
def show_voice(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="A voice.")]
) -> None:
    """Show everything about one voice."""
    catalog = load_catalog()
    output = begin(context).output
    voice = find_voice(catalog, name)
    if voice is None:
        choose_voice(catalog, name, catalog.default_model)
        raise UsageError(f"there is no voice {name!r} in the catalogue", hint="See 'qwentts voices'.")
    facts = _document(catalog, voice)
    if output.is_json:
        output.document(facts)
        return
    width = max(map(len, facts))
    output.lines(f"{key:<{width}}  {_shown(value)}" for key, value in facts.items() if value)


def _of_model(catalog: Catalog, typed: str | None) -> list[Voice]:
    if not typed:
        return list(catalog.voices.values())
    model: Model | None = catalog.models.get(choose_model(catalog, typed).wire)
    if model is None:
        raise UsageError(f"there is no model {typed!r} in the catalogue", hint=_models(catalog))
    return catalog.voices_of(model)


def _models(catalog: Catalog) -> str:
    return f"Models are: {', '.join(catalog.models)}."


def _matches(voice: Voice, *, gender: str | None, dialect: str | None, search: str | None) -> bool:
    everything = f"{voice.id} {voice.name_zh} {voice.dialect or ''} {_about(voice)}".casefold()
    return (
        (not gender or voice.gender == gender.casefold())
        and (not dialect or dialect.casefold() in (voice.dialect or "").casefold())
        and (not search or search.casefold() in everything)
    )


def _document(catalog: Catalog, voice: Voice) -> dict[str, Any]:
    return {
        "id": voice.id,
        "name_zh": voice.name_zh,
        "gender": voice.gender,
        "dialect": voice.dialect,
        "accent": voice.accent,
        "description": _about(voice),
        "languages": _languages(catalog, voice),
        "models": [model.id for model in catalog.models_of(voice)],
        "source": str(catalog.sources[voice.source]),
    }


def _about(voice: Voice) -> str:
    return voice.description or ", ".join(filter(None, (voice.group, voice.accent)))


def _languages(catalog: Catalog, voice: Voice) -> list[str]:
    """What it is documented to speak; without a word on that, what its models speak."""
    codes = set(voice.languages or ())
    if voice.languages is None:
        codes.update(*(model.languages for model in catalog.models_of(voice)))
    return [name for code, name in catalog.languages.items() if code in codes]


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _table(catalog: Catalog, voices: list[Voice]) -> Iterable[str]:
    """Lines for people and `grep`: Chinese last, since its width differs from terminal to terminal."""
    id_width = max((len(voice.id) for voice in voices), default=0)
    for voice in voices:
        about = f"{_about(voice)} ({voice.dialect})" if voice.dialect else _about(voice)
        models = " ".join(_short(model) for model in catalog.models_of(voice) if _is_alias(model))
        line = f"{voice.id:<{id_width}}  {voice.gender:<6}  {models:<22}  {about}  {voice.name_zh}"
        yield line.rstrip()


def _is_alias(model: Model) -> bool:
    return not model.id[-1].isdigit()


def _short(model: Model) -> str:
    return model.id.removeprefix("qwen3-tts-")
