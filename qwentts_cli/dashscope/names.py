"""From what people type to what the wire needs: voices, models and languages.

A name that is nearly a known one is a slip and refused with a suggestion. Any other unknown one may be newer
than this release, so it goes out as it is and the caller warns.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from qwentts_cli.dashscope.catalog import AUTO_LANGUAGE, Catalog
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qwentts_cli.dashscope.catalog.rows import Model, Voice
    from qwentts_cli.dashscope.listed_models import ListedModel
    from qwentts_cli.dashscope.request import Tuning

_MAX_SLIPS = 2
_MAX_NAME = 128
_SOON = timedelta(days=90)
_RATE_OF_ALL = 24_000


class Choice(Struct, frozen=True):
    """What goes on the wire, and what the user should know of it."""

    wire: str
    warning: str = ""


def choose_model(catalog: Catalog, typed: str) -> Choice:
    """Find the model.

    Raises:
        UsageError: the name is a slip, or no name at all.
    """
    name = _checked(typed, "model")
    by_key = {model.casefold(): model for model in catalog.models}
    if known := by_key.get(name.casefold()):
        return Choice(known)
    refuse_slip(name, catalog.models, "model")
    if parted := [model for model in catalog.models if f"-{name.casefold()}" in model]:
        raise UsageError(
            f"there is no model {name!r}", hint=f"These have that in their ids: {', '.join(parted)}."
        )
    return Choice(name, f"model {name} is not in this release's catalogue; it is sent as it is")


def choose_voice(catalog: Catalog, typed: str, model: str) -> Choice:
    """Find the voice, also by its Chinese name or by a label of the documentation such as "Beijing - Dylan".

    Raises:
        UsageError: the name is a slip or none at all, or only models of the other endpoint have the voice.
    """
    name = _checked(typed, "voice")
    owners = find_owners(catalog, name)
    if not owners:
        return _unlisted_voice(catalog, name, model)
    voice = find_voice(catalog, name)
    wire = voice.id if voice else name
    if model in owners:
        return Choice(wire)
    endpoint = catalog.endpoint_of(model)
    if all(catalog.endpoint_of(owner) != endpoint for owner in owners):
        raise UsageError(f"{model} has no voice {wire}", hint=f"These models have it: {', '.join(owners)}.")
    return Choice(wire, f"voice {wire} is not listed for {model}")


def _unlisted_voice(catalog: Catalog, name: str, model: str) -> Choice:
    """A newer voice, or one of the user's own."""
    known_model = catalog.models.get(model)
    if not known_model or not catalog.voices_of(known_model):
        return Choice(name)  # your own voices have names that no catalogue can know
    refuse_slip(name, catalog.voices, "voice")
    if longer := [voice for voice in catalog.voices if voice.casefold().startswith(f"{name.casefold()}_v")]:
        raise UsageError(f"there is no voice {name!r}", hint=f"Did you mean {' or '.join(longer)}?")
    return Choice(name, f"voice {name} is not in this release's catalogue; it is sent as it is")


def find_owners(catalog: Catalog, name: str) -> list[str]:
    """The models that have a voice, the usual one first; none where the catalogue does not know."""
    voice = find_voice(catalog, name)
    if voice:
        return [model.id for model in catalog.models_of(voice)]
    prefixes = {model.id: model.voice_prefix for model in catalog.models.values()}
    return [model for model, prefix in prefixes.items() if prefix and name.startswith(prefix)]


def find_voice(catalog: Catalog, name: str) -> Voice | None:
    """Look a voice up by any name it has; `None` if it is not known."""
    wanted = {_key(name), _key(re.split(r"[-\u2013\u2014]", name)[-1])}
    for voice in catalog.each_voice():
        if wanted & {_key(voice.id), _key(voice.name_zh or voice.id)}:
            return voice
    return None


def choose_language(catalog: Catalog, typed: str, model: str = "") -> Choice:
    """Find a language by its name or its ISO 639-1 code, with or without a country.

    Raises:
        UsageError: the service does not document the language, or not for `model`.
    """
    key = _checked(typed, "language").casefold()
    if key == AUTO_LANGUAGE.casefold():
        return Choice(AUTO_LANGUAGE)
    codes = {name.casefold(): code for code, name in catalog.languages.items()}
    code = codes.get(key) or re.split("[-_]", key)[0]
    known = catalog.models.get(model)
    if name := catalog.languages.get(code):
        if known and code not in known.languages:
            others = [other.id for other in catalog.models.values() if code in other.languages]
            raise UsageError(f"{model} does not speak {name}", hint=f"These do: {', '.join(others)}.")
        return Choice(name)
    spoken = known.languages if known else tuple(catalog.languages)
    choices = ", ".join(f"{code} ({catalog.languages[code]})" for code in spoken)
    hint = _nearest(key, dict(zip(codes, catalog.languages.values(), strict=True)))
    raise UsageError(f"there is no language {typed!r}", hint=hint or f"Use auto, {choices}.")


def instructions_warning(catalog: Catalog, model: str) -> str:
    """What to say when the model would silently ignore instructions, as the service does."""
    known: Model | None = catalog.models.get(model)
    if not known or known.follows_instructions:
        return ""
    others = ", ".join(takers(catalog, "instructions"))
    return f"model {model} ignores instructions; these follow them: {others}"


def check_tuning(
    catalog: Catalog, model: str, tuning: Tuning, origins: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Refuse what the model does not take; `origins` tell where a value was set that nobody typed.

    Any model takes a speed: where the service does not, its sound is stretched here.

    Raises:
        UsageError: the model has no such option, or not this sample rate.
    """
    for option in tuning.asked():
        if option != "speed" and not catalog.takes(model, option):
            where = f" (set in {origins[option]})" if option in origins else ""
            raise UsageError(
                f"model {model} takes no {option.replace('_', ' ')}{where}",
                hint=f"These take one: {', '.join(takers(catalog, option))}.",
            )
    known, rate = catalog.models.get(model), tuning.sample_rate
    if known and rate and rate not in {_RATE_OF_ALL, *known.sample_rates}:
        rates = ", ".join(map(str, known.sample_rates))
        raise UsageError(f"model {model} has no sample rate of {rate} Hz", hint=f"It has {rates}.")


def end_notice(catalog: Catalog, model: str, today: date, listed: ListedModel | None = None) -> str:
    """What to say of a model that has ended, or will; it is asked all the same.

    What the service `listed` of it stands above what was announced.
    """
    if listed:
        return _listed_notice(listed, today)
    known = catalog.models.get(model)
    if not known or not known.ends:
        return ""
    region, end = min(known.ends.items(), key=lambda item: item[1].date)
    verb = "ended" if end.date <= today else "ends"
    return (
        f"model {model} {verb} on {end.date}, as announced for {catalog.regions[region].title} "
        f"({catalog.sources[end.source]}); the successor named there is {end.successor}"
    )


def _listed_notice(listed: ListedModel, today: date) -> str:
    end = date.fromisoformat(listed.ends) if listed.ends else date.max
    if end - today > _SOON:
        return ""
    verb = "ended" if end <= today else "ends"
    return f"model {listed.id} {verb} on {end}, as the service lists it ('qwentts models --online')"


def takers(catalog: Catalog, option: str) -> list[str]:
    """The models that take an option, those last that are announced to end somewhere."""
    found = [model for model in catalog.models.values() if option in model.takes]
    return [model.id for model in sorted(found, key=lambda model: bool(model.ends))]


def _checked(typed: str, what: str) -> str:
    name = typed.strip()
    if not name or len(name) > _MAX_NAME or not name.isprintable():
        raise UsageError(f"that is not the name of a {what}")
    return name


def _key(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def refuse_slip(name: str, known: Iterable[str], what: str) -> None:
    """Refuse what is nearly a known name.

    Raises:
        UsageError: it is, with a suggestion.
    """
    if hint := _nearest(name.casefold(), {other.casefold(): other for other in known}):
        raise UsageError(f"there is no {what} {name!r}", hint=hint)


def _nearest(key: str, known: dict[str, str]) -> str:
    """A suggestion where at most two letters differ, and more agree than differ.

    A name with other digits is no slip but another version, perhaps one newer than the catalogue.
    """
    if re.sub(r"\d", "0", key) in {re.sub(r"\d", "0", other) for other in known}:
        return ""
    distance, other = min((edit_distance(key, other), other) for other in known)
    if distance <= _MAX_SLIPS and 2 * distance < len(key):
        return f"Did you mean {known[other]}?"
    return ""


def edit_distance(left: str, right: str) -> int:
    """Letters added, dropped, replaced or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, before_above = row, before
        row = [i]
        for j, b in enumerate(right, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, before_above[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]
