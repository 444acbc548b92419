"""The fault script: what the sandbox does wrong, how often, and the same again for the same seed."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.faults.rules import FAULT_SYNTAX, BadFaultSpec, Rule, fault_kinds, parse_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.sandbox.formats.sound_format import SoundFormat
    from qwentts_cli.sandbox.http.event_stream import Frame
    from qwentts_cli.sandbox.http.reply import Reply
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter

__all__ = ["FAULT_SYNTAX", "BadFaultSpec", "Chosen", "FaultScript", "fault_kinds"]

# A sandbox that runs for weeks forgets how often it has met a text.
_KEPT_CONTENTS = 100_000


@dataclass(slots=True)
class Chosen:
    """What goes wrong with one attempt; `labels` are the rules that applied."""

    labels: list[str] = field(default_factory=list)
    latency: float = 0.0
    refused_words: list[str] = field(default_factory=list)
    limit: int | None = None
    data_only: bool = False
    spoil: Callable[[ResponseWriter, Callable[[], Reply]], None] | None = None
    alter: Callable[[bytes, SoundFormat], tuple[bytes, SoundFormat]] | None = None
    spoil_stream: Callable[[ResponseWriter, Callable[[], Iterator[Frame]]], None] | None = None

    def add(self, rule: Rule) -> None:
        self.labels.append(rule.label)
        if rule.name == "latency":
            self.latency += float(rule.argument)
        elif rule.name == "refuse":
            self.refused_words.append(rule.argument)
        elif rule.name == "limit":
            self.limit = int(rule.argument)
        elif rule.name == "data-only":
            self.data_only = True
        elif rule.phase == "sse":
            self.spoil_stream = rule.spoil
        else:
            self.spoil, self.alter = rule.spoil, rule.alter


class FaultScript:
    """Decides for each attempt what goes wrong with it.

    The decision by share depends on the seed, the phase, what the request says and how often that was said
    before, so the same work meets the same faults whatever the order and the number of clients.

    Args:
        spec: the rules; "" for none.
        seed: another one gives other faults.

    Raises:
        BadFaultSpec: a rule cannot be read.
    """

    def __init__(self, spec: str, *, seed: int = 0) -> None:
        self._rules = parse_rules(spec)
        self._seed = seed
        self._lock = threading.Lock()
        self._attempts: Counter[str] = Counter()
        self._repeats: Counter[bytes] = Counter()

    def choose(self, phase: str, content: bytes, *, streaming: bool = False) -> Chosen:
        """Choose for one attempt; `streaming` leaves out what only a JSON answer can suffer."""
        chosen = Chosen()
        rules = [rule for rule in self._rules if rule.phase == phase and not (streaming and rule.kind.bills)]
        if not rules:
            return chosen
        attempt, key = self._count(phase, content)
        spoilt = False
        for rule in _applying(rules, attempt, key):
            if rule.combines or not spoilt:
                chosen.add(rule)
                spoilt = spoilt or not rule.combines
        return chosen

    def _count(self, phase: str, content: bytes) -> tuple[int, bytes]:
        """Give the number of the attempt in its phase, and what its draws depend on."""
        key = hashlib.sha256(phase.encode() + b"|" + content).digest()
        with self._lock:
            if len(self._repeats) > _KEPT_CONTENTS:
                self._repeats.clear()
            self._attempts[phase] += 1
            self._repeats[key] += 1
            return self._attempts[phase], f"{self._seed}|{self._repeats[key]}|".encode() + key


def _applying(rules: list[Rule], attempt: int, key: bytes) -> Iterator[Rule]:
    """Yield the rules that apply; shares lie side by side from 0 to 100, but for kinds that combine."""
    taken, common_draw = 0.0, _draw(key)
    for rule in rules:
        if rule.share is None:
            applies = attempt <= (rule.first or attempt) and attempt == (rule.only or attempt)
        elif rule.combines:
            applies = _draw(key + rule.label.encode()) < rule.share
        else:
            applies = taken <= common_draw < taken + rule.share
            taken += rule.share
        if applies:
            yield rule


def _draw(key: bytes) -> float:
    """Draw a number from 0 to 100."""
    return int.from_bytes(hashlib.sha256(key).digest()[:8], "big") / 2**64 * 100
