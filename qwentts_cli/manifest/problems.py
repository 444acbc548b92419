"""What is wrong with a list of items: everything counted, the first problems kept, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct

from qwentts_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SHOWN: Final = 20
_MAX_ALIKE: Final = 5  # the same mistake in each of a million rows must not hide the others
_MAX_QUOTED: Final = 60


class Report(Protocol):
    """Is told of a problem: its place ("" if the text names it), and what to do about it."""

    def __call__(self, place: str, text: str, hint: str = "") -> None: ...


class Problem(Struct, frozen=True):
    place: str
    text: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


class ManifestProblems(UsageError):
    """All that is wrong with the items of a batch: `problems` are the first of `total`."""

    def __init__(self, problems: Sequence[Problem], total: int) -> None:
        if total == 1:
            super().__init__(str(problems[0]), hint=problems[0].hint)
        else:
            hidden = total - len(problems)
            hints = {problem.hint for problem in problems}
            common = hints.pop() if len(hints) == 1 else ""
            lines = (
                f"{problem}. {problem.hint}" if problem.hint != common else str(problem)
                for problem in problems
            )
            super().__init__(
                f"there are {total} problems with the items",
                hint=common,
                details=(*lines, *([f"and {hidden} more"] if hidden else [])),
            )
        self.problems = tuple(problems)
        self.total = total


class Problems:
    """Counts problems and keeps the first."""

    def __init__(self) -> None:
        self.total = 0
        self._shown: list[Problem] = []

    def add(self, place: str, text: str, hint: str = "") -> None:
        self.total += 1
        alike = sum(problem.text == text for problem in self._shown)
        if len(self._shown) < MAX_SHOWN and alike < _MAX_ALIKE:
            self._shown.append(Problem(place, text, hint))

    def count(self, more: int) -> None:
        """Count problems that are like one that was added."""
        self.total += more

    def raise_if_any(self) -> None:
        """Raise `ManifestProblems` if there was a problem."""
        if self.total:
            raise ManifestProblems(self._shown, self.total)


def unknown_field(field: str) -> str:
    return f"there is no field {quoted(field)}"


def quoted(value: str) -> str:
    """A value of any length as it is shown in a message: in quotation marks, escaped, and cut."""
    return repr(value if len(value) <= _MAX_QUOTED else f"{value[: _MAX_QUOTED - 1]}…")
