"""What is asked for: the only input of a synthesis."""

from __future__ import annotations

import json
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.endpoints.route import find_route

# What the service does where nothing is said; of the rates, the one that is asked for then.
_USUAL: Final = {"speed": 1.0, "pitch": 1.0, "volume": 50, "sample_rate": 24_000}


class Tuning(Struct, frozen=True, kw_only=True):
    """How a voice is set; `None` leaves a choice to the service.

    `speed` and `pitch` are factors from 0.5 to 2, `volume` goes from 0 to 100, `sample_rate` is in Hz.
    """

    speed: float | None = None
    pitch: float | None = None
    volume: int | None = None
    seed: int | None = None
    sample_rate: int | None = None

    def asked(self) -> dict[str, float]:
        """What differs from the usual, by name; a whole number stays one."""
        given = {name: getattr(self, name) for name in _NAMES}
        return {name: value for name, value in given.items() if value not in {None, _USUAL.get(name)}}

    def document(self, model: str) -> dict[str, float | str | None]:
        """The stable shape for scripts; `None` is as usual."""
        asked = self.asked()
        shown = {name: asked.get(name) for name in ("speed", "pitch", "volume", "seed")}
        maker = "service" if takes_speed(model) else "qwentts"
        return {**shown, "speed_by": maker if "speed" in asked else None}

    def override(self, other: Tuning) -> Tuning:
        """This one, with what `other` says."""
        given = {name: getattr(other, name) for name in _NAMES}
        return replace(self, **{name: value for name, value in given.items() if value is not None})


def takes_speed(model: str) -> bool:
    """Whether the service speaks faster or slower with it; any other is made so here."""
    return load_catalog().takes(model, "speed")


_NAMES: Final = Tuning.__struct_fields__
UNTUNED: Final = Tuning()


class AiLabel(Struct, frozen=True):
    """Says that a sound was made by AI, as GB 45438-2025 asks for: who made it, and who hands it on.

    `by` is the name or number of who hands it on, `id` theirs for this sound; both may be empty.
    """

    producer: str
    by: str = ""
    id: str = ""

    def metadata(self) -> str:
        """The value of a file's field `AIGC`, by the practice guide TC260-PG-20252A; "1" is made by AI."""
        fields = {
            "Label": "1",
            "ContentProducer": self.producer,
            "ProduceID": "",
            "ReservedCode1": "",
            "ContentPropagator": self.by,
            "PropagateID": self.id,
            "ReservedCode2": "",
        }
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


class SynthesisRequest(Struct, frozen=True):
    """One text in one voice, whichever endpoint its model has; `None` leaves a choice to the service.

    `language` is a name of the catalogue, `pronunciations` are Chinese words with their pinyin
    ("chong2 qing4"). `word_times` asks a stream to tell when each word is said, `ai_label`
    the service to label its sound. `stretch` is how many times as fast its sound is made here, when it is
    there, for a model that has one speed.
    """

    text: str
    voice: str
    model: str
    language: str | None = None
    instructions: str | None = None
    optimize_instructions: bool = False
    tuning: Tuning = UNTUNED
    pronunciations: tuple[tuple[str, str], ...] = ()
    word_times: bool = False
    ai_label: AiLabel | None = None
    stretch: float = 1.0

    @property
    def speed(self) -> float:
        """How many times as fast as usual it is heard."""
        return (self.tuning.speed or 1.0) * self.stretch

    def canonical(self) -> str:
        """The same JSON for the same sound of the service, whatever way it was asked for."""
        body = find_route(self.model).build_body(replace(self, word_times=False))
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
