"""The language of fault scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from qwentts_cli.sandbox.faults.fault_kind import COUNT, SECONDS, FaultKind
from qwentts_cli.sandbox.faults.file_faults import FILE_KINDS
from qwentts_cli.sandbox.faults.http_faults import HTTP_KINDS
from qwentts_cli.sandbox.faults.json_faults import JSON_KINDS
from qwentts_cli.sandbox.faults.recorded_refusals import RECORDED_KINDS, RECORDED_STREAM_KINDS
from qwentts_cli.sandbox.faults.sound_faults import SOUND_KINDS
from qwentts_cli.sandbox.faults.stream_faults import SSE_KINDS
from qwentts_cli.sandbox.faults.stream_oddities import ODD_STREAM_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.formats.sound_format import SoundFormat
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter

FAULT_SYNTAX = """\
A script is a list of rules, PHASE:KIND[=ARG][@P%|*N|#K], separated by commas. The phase is post (any \
synthesis request), sse (a streamed one), get (a download), customization (voices of one's own), \
models (the lists of models and limits) or upload. The last three know latency, the kinds from status to \
endless, and the recorded answers of post.

@20% is that share of the attempts, *3 the first three of the phase, #2 only the second; without any of them \
a rule always applies. Of the rules that apply the first one counts; shares add up, so that @20% and @30% \
leave half of the attempts alone. latency, refuse, limit and data-only come on top of any other.

Kinds marked "billed" process and bill the request all the same; in the phase post they leave streams \
alone."""

_RULE = re.compile(
    r"(?P<phase>[a-z]+):(?P<kind>[a-z0-9-]+)(?:=(?P<argument>.*?))?"
    r"(?:@(?P<share>\d{1,3}(?:\.\d+)?)%|\*(?P<first>[1-9]\d*)|#(?P<only>[1-9]\d*))?"
)
_LATENCY: FaultKind[Any] = FaultKind(
    None, "waits that long before it answers", argument="SEC", pattern=SECONDS
)
_REFUSE: FaultKind[Any] = FaultKind(
    None, "refuses texts with the word in them, as the content filter does", argument="WORD", pattern=".+"
)
_LIMIT: FaultKind[Any] = FaultKind(
    None, "refuses texts of more code points as too long", argument="N", pattern=COUNT
)
_DATA_ONLY: FaultKind[Any] = FaultKind(None, "gives the sound as Base64 in the JSON answer, and no URL")
_PLAIN_KINDS: dict[str, FaultKind[Any]] = {"latency": _LATENCY, **HTTP_KINDS, **RECORDED_KINDS}
_KINDS: dict[str, dict[str, FaultKind[Any]]] = {
    "post": {"refuse": _REFUSE, "limit": _LIMIT, "data-only": _DATA_ONLY, **_PLAIN_KINDS, **JSON_KINDS},
    "sse": {**SSE_KINDS, **ODD_STREAM_KINDS, **RECORDED_STREAM_KINDS},
    "get": {"latency": _LATENCY, **HTTP_KINDS, **FILE_KINDS, **SOUND_KINDS},
    "customization": _PLAIN_KINDS,
    "models": _PLAIN_KINDS,
    "upload": _PLAIN_KINDS,
}
# Told one by one; the other phases have those that they share with post.
_EXPLAINED = ("post", "sse", "get")


class BadFaultSpec(ValueError):
    """A fault script that cannot be read; the message names the bad rule and what would do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `label` is how it was written. At most one of `share`, `first` and `only` is set."""

    label: str
    phase: str
    name: str
    argument: str
    share: float | None
    first: int | None
    only: int | None

    @property
    def kind(self) -> FaultKind[Any]:
        return _KINDS[self.phase][self.name]

    @property
    def combines(self) -> bool:
        """Whether it comes on top of another fault."""
        return self.kind.spoil is None and self.kind.alter is None

    @property
    def alter(self) -> Callable[[bytes, SoundFormat], tuple[bytes, SoundFormat]] | None:
        """What it does to the samples of a download."""
        alter, argument = self.kind.alter, self.argument
        return None if alter is None else lambda pcm, sound: alter(pcm, sound, argument)

    @property
    def spoil(self) -> Callable[[ResponseWriter, Callable[[], Any]], None] | None:
        """What it does with a writer and the true answer."""
        return None if self.kind.spoil is None else partial(_spoil, self.kind.spoil, self.argument)


def parse_rules(spec: str) -> list[Rule]:
    """Read a script.

    Raises:
        BadFaultSpec: with the rule that is wrong, and why.
    """
    rules = [_parse_rule(part.strip()) for part in spec.split(",") if part.strip()]
    for phase in _KINDS:
        shares = sum(rule.share or 0 for rule in rules if rule.phase == phase and not rule.combines)
        if shares > 100:  # noqa: PLR2004 - per cent
            raise BadFaultSpec(f"the shares of phase {phase} add up to {shares:g} %, more than 100 %")
    return rules


def fault_kinds() -> dict[str, str]:
    """Explain every kind in one line, by how it is written: `post:status=NNN`."""
    return {
        _written(phase, name, kind): _explained(phase, kind)
        for phase in _EXPLAINED
        for name, kind in _KINDS[phase].items()
    }


def _parse_rule(part: str) -> Rule:
    found = _RULE.fullmatch(part)
    if found is None:
        raise BadFaultSpec(f"{part!r} is not PHASE:KIND[=ARG][@P%|*N|#K]")
    phase, name = found["phase"], found["kind"]
    if phase not in _KINDS:
        raise BadFaultSpec(f"{part!r}: the phases are {', '.join(_KINDS)}")
    kind = _KINDS[phase].get(name)
    if kind is None:
        raise BadFaultSpec(f"{part!r}: the kinds of phase {phase} are {', '.join(_KINDS[phase])}")
    return Rule(
        label=part,
        phase=phase,
        name=name,
        argument=_argument(part, name, kind, found["argument"]),
        share=float(found["share"]) if found["share"] else None,
        first=int(found["first"]) if found["first"] else None,
        only=int(found["only"]) if found["only"] else None,
    )


def _argument(part: str, name: str, kind: FaultKind[Any], given: str | None) -> str:
    argument = kind.default if given is None else given
    if not kind.argument and argument is not None:
        raise BadFaultSpec(f"{part!r}: {name} takes no argument")
    if kind.argument and not re.fullmatch(kind.pattern, argument or ""):
        raise BadFaultSpec(f"{part!r}: {name} needs {kind.argument}")
    return argument or ""


def _written(phase: str, name: str, kind: FaultKind[Any]) -> str:
    argument = f"={kind.argument}" if kind.argument else ""
    return f"{phase}:{name}[{argument}]" if kind.default is not None else f"{phase}:{name}{argument}"


def _explained(phase: str, kind: FaultKind[Any]) -> str:
    default = f" (default {kind.default})" if kind.default is not None else ""
    return f"{kind.summary}{default}{'; billed' if phase == 'post' and kind.bills else ''}"


def _spoil(
    spoil: Callable[[ResponseWriter, Callable[[], Any], str], None],
    argument: str,
    writer: ResponseWriter,
    answer: Callable[[], Any],
) -> None:
    spoil(writer, answer, argument)
