"""Which model speaks with which voice, where one of them was named, or both, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.dashscope.names import Choice, choose_model, choose_voice, find_owners
from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.dashscope.catalog import Catalog
    from qwentts_cli.settings.own_voices import OwnVoice


def _find_none(_name: str) -> OwnVoice | None:
    return None


class Pair(Struct, frozen=True, kw_only=True):
    """Names as the wire needs them, and what the user should know of them."""

    model: str
    voice: str
    warnings: tuple[str, ...] = ()


class Names(Struct, frozen=True, kw_only=True):
    """What an option or a row names, and what is usual where it names nothing.

    `find_own` finds a voice of the user's own by its name.
    """

    model: str | None = None
    voice: str | None = None
    usual_model: str
    usual_voice: str
    find_own: Callable[[str], OwnVoice | None] = _find_none

    def override(self, *, model: str | None, voice: str | None) -> Self:
        """The names of one row, which stand above those of the options."""
        return replace(self, model=model or self.model, voice=voice or self.voice)

    def pair(self, catalog: Catalog) -> Pair:
        """Choose model and voice.

        A voice that was named takes a model that has it, unless a model was named too; a model that was named
        takes its default voice, unless a voice was named too or the usual one is its own.

        Raises:
            UsageError: a name is a slip of a known one, the voice is one of other models, or the model has no
                voice that could be chosen for the user.
        """
        if own := self.find_own(self.voice or self.usual_voice):
            return self._pair_own(catalog, own)
        model = choose_model(catalog, self.model or self.usual_model)
        if self.voice is None:
            voice = self._usual_voice(catalog, model.wire)
        else:
            owners = find_owners(catalog, self.voice.strip())
            if self.model is None and owners and model.wire not in owners:
                model = Choice(owners[0])
            voice = choose_voice(catalog, self.voice, model.wire)
        warnings = tuple(filter(None, (model.warning, voice.warning)))
        return Pair(model=model.wire, voice=voice.wire, warnings=warnings)

    def _pair_own(self, catalog: Catalog, own: OwnVoice) -> Pair:
        """A voice of one's own speaks with the model it was made for; and not before it is ready."""
        model = choose_model(catalog, self.model).wire if self.model else own.model
        if model != own.model:
            if self.voice is None:
                return replace(self, usual_voice=catalog.default_voice).pair(catalog)
            raise UsageError(
                f"your voice {own.name} was made for {own.model}, and {model} cannot speak with it",
                hint="Leave out --model.",
            )
        if not own.is_ready:
            raise UsageError(
                f"your voice {own.name} is not ready: it would give no sound, and be billed",
                hint=f"Run 'qwentts voices wait {own.name}'.",
            )
        return Pair(model=own.model, voice=own.id)

    def _usual_voice(self, catalog: Catalog, model: str) -> Choice:
        known, owners = catalog.models.get(model), find_owners(catalog, self.usual_voice)
        if not known or not owners or model in owners:
            return choose_voice(catalog, self.usual_voice, model)
        if not known.default_voice:
            raise UsageError(
                f"the voices of {model} are not listed here, and {self.usual_voice} is not known to be one",
                hint="Name one with --voice.",
            )
        return Choice(
            known.default_voice,
            f"{model} has no voice {self.usual_voice}; {known.default_voice} is used instead",
        )
