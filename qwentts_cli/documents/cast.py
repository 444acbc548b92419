"""Who speaks with which voice: `Alice=Cherry,Bob=Ethan`, or a file that tells more of each.

Alice = "Cherry"

[Bob]
voice = "Ethan"
instructions = "An old man, slow and tired."
speed = 0.9
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct, field
from msgspec.structs import replace

from qwentts_cli.documents.model import Manner, Passage
from qwentts_cli.errors import UsageError
from qwentts_cli.storage.stdin import read_file_or_stdin
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

# Who tells the story, and speaks with the voice of the whole unless the cast says otherwise.
NARRATORS: Final = frozenset(
    {"narrator", "erzähler", "narrateur", "narrador", "旁白", "解说", "解說", "ナレーター", "해설"}
)
_TEXT_FIELDS: Final = ("voice", "model", "language", "instructions")
_MOST_SHOWN: Final = 20
_EXAMPLE: Final = 'Write --cast "Alice=Cherry,Bob=Ethan", or name a TOML file.'


class Cast(Struct, frozen=True):
    """The manner of each speaker; a name counts without regard to case."""

    manners: Mapping[str, Manner] = field(default_factory=dict)
    voices: Mapping[str, str] = field(default_factory=dict)

    def manner(self, speaker: str) -> Manner | None:
        """Tell how a speaker speaks: by the cast, else as a narrator, else with the voice of that name."""
        name = speaker.casefold()
        if name in self.manners:
            return self.manners[name]
        if name in NARRATORS or not name:
            return Manner()
        return Manner(voice=self.voices[name]) if name in self.voices else None


def read_cast(given: str, voices: Collection[str]) -> Cast:
    """Read a cast from `Name=Voice,...` or, if there is no `=` in it, a file; `voices` are those there are.

    Raises:
        UsageError: it cannot be read, or says something that is unknown.
    """
    manners = dict(_pairs(given)) if "=" in given else dict(_file(Path(given))) if given else {}
    folded = {name.casefold(): manner for name, manner in manners.items()}
    return Cast(folded, {voice.casefold(): voice for voice in voices})


def cast_passages(passages: Iterable[Passage], cast: Cast) -> Iterator[Passage]:
    """Give each passage the manner of its speaker; instructions of a turn replace those of the cast.

    Raises:
        UsageError: at the end, if there were speakers without a voice; it lists them all.
    """
    unknown: Counter[str] = Counter()
    lines: dict[str, int] = {}
    spellings: dict[str, str] = {}
    for passage in passages:
        manner = cast.manner(passage.speaker)
        if manner is None:
            name = spellings.setdefault(passage.speaker.casefold(), passage.speaker)
            unknown[name] += 1
            lines.setdefault(name, passage.line)
            continue
        if passage.manner.instructions:
            manner = replace(manner, instructions=passage.manner.instructions)
        yield replace(passage, manner=manner)
    if unknown:
        raise _no_voice(unknown, lines, cast)


def _no_voice(unknown: Counter[str], lines: Mapping[str, int], cast: Cast) -> UsageError:
    names = list(unknown)
    example = ",".join(f"{name}=VOICE" for name in names[:3])
    have = "have" if len(names) > 1 else "has"
    known = {*cast.manners, *cast.voices}
    details = tuple(
        f"{name} (line {lines[name]}, {plural(unknown[name], 'turn')})" + _suggestion(name, known)
        for name in names[:_MOST_SHOWN]
    )
    return UsageError(
        f"{plural(len(names), 'speaker')} {have} no voice: "
        f"{', '.join(names[:3])}{', …' if names[3:] else ''}",
        hint=f'Name one each, for example --cast "{example}".',
        details=details,
    )


def _suggestion(name: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name.casefold(), known, n=1, cutoff=0.75)
    return f": did you mean {close[0].title()}?" if close else ""


def _pairs(given: str) -> Iterator[tuple[str, Manner]]:
    for pair in given.split(","):
        name, separator, voice = (part.strip() for part in pair.partition("="))
        if not (separator and name and voice):
            raise UsageError(f"--cast has {pair.strip()!r}", hint=_EXAMPLE)
        yield name, Manner(voice=voice)


def _file(path: Path) -> Iterator[tuple[str, Manner]]:
    import tomllib

    try:
        table = tomllib.loads(read_file_or_stdin(path, "the cast").decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read the cast {path}: {error.strerror}", hint=_EXAMPLE) from None
    except ValueError as error:
        raise UsageError(f"the cast {path} is not TOML: {error}") from None
    for name, entry in table.items():
        yield name, _manner(path, name, {"voice": entry} if isinstance(entry, str) else entry)


def _manner(path: Path, name: str, entry: object) -> Manner:
    if not isinstance(entry, dict):
        raise UsageError(f"the cast {path} has no voice for {name!r}", hint=f'Write {name} = "Cherry".')
    for key, value in entry.items():
        is_right = isinstance(value, str) if key in _TEXT_FIELDS else key == "speed" and _is_number(value)
        if not is_right:
            raise UsageError(
                f"the cast {path} has {key!r} of {name!r}: {value!r}",
                hint=f"A speaker has {', '.join(_TEXT_FIELDS)} (texts) and speed (a number).",
            )
    return Manner(**entry)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
