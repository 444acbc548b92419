"""Which of a million names occur twice, found in 8 bytes a name."""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from qwentts_cli.manifest.output_names import name_key
from qwentts_cli.manifest.problems import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwentts_cli.manifest.item import Item
    from qwentts_cli.manifest.problems import Problems

_MOST_NAMES: Final = 10_000  # that are found twice, of which the places are remembered


class Digests:
    """Digests of 64 bits of the names seen; that two names share one by chance is left to a second look.

    They are those of `hash`: nobody can foresee them, and they are good in this process only.
    """

    def __init__(self) -> None:
        self._digests = array("q")

    def __len__(self) -> int:
        return len(self._digests)

    def add(self, name: str) -> None:
        self._digests.append(hash(name))

    def repeated(self, at_most: int) -> tuple[set[int], int]:
        """Return the digests that come again, of these `at_most` the first, and how often others do."""
        again = [one for one, other in pairwise(sorted(self._digests)) if one == other]
        everywhere = set(again)
        if len(everywhere) <= at_most:
            return everywhere, 0
        first: set[int] = set()
        for digest in self._digests:
            if digest in everywhere:
                first.add(digest)
                if len(first) == at_most:
                    break
        return first, sum(digest not in first for digest in again)

    def common(self, names: Iterable[str]) -> set[int]:
        """Return the digests of those `names` that are among these."""
        wanted = {hash(name) for name in names}
        return {digest for digest in self._digests if digest in wanted} if wanted else set()


class Duplicates:
    """Finds the items that would be written to the same file, or have the same id."""

    def __init__(self, extension: str) -> None:
        self._outputs = Digests()
        self._ids = Digests()
        self._folders: set[str] = set()
        self._clash = f".{extension}/"

    def add_id(self, name: str) -> None:
        self._ids.add(name)

    def add_output(self, name: str) -> None:
        key = name_key(name)
        self._outputs.add(key)
        if self._clash in key:
            self._folders.update(_ends(key, self._clash))

    def add_numbered(self, names: Iterable[str]) -> None:
        """Add names that differ from each other."""
        if len(self._outputs):
            for name in names:
                self._outputs.add(name)

    def report(self, items: Iterable[Item], problems: Problems) -> None:
        """Report the duplicates among `items`, which are only looked at if there are any."""
        outputs, more_outputs = self._outputs.repeated(_MOST_NAMES)
        ids, more_ids = self._ids.repeated(_MOST_NAMES)
        folders = self._outputs.common(self._folders)
        if not (outputs or ids or folders):
            return
        first_outputs, first_ids = _FirstPlaces(outputs), _FirstPlaces(ids)
        for item in items:
            key = name_key(item.output)
            same_output = first_outputs.before(key, item, item.output)
            same_id = first_ids.before(item.id, item, item.id) if item.id else None
            if same_id:
                problems.add(item.place, f"id: {quoted(item.id or '')} is that of {same_id[0]} too")
            elif same_output:
                problems.add(item.place, _explain(item.output, *same_output))
            if hash(key) in folders and key in self._folders:
                problems.add(
                    item.place, f"output: {quoted(item.output)} is a folder of another item's output"
                )
        problems.count(more_outputs + more_ids)


class _FirstPlaces:
    """Where each of a few names, known by their digests, stands first, and how it is spelled there."""

    def __init__(self, wanted: set[int]) -> None:
        self._wanted = wanted
        self._first: dict[str, tuple[str, str]] = {}

    def before(self, name: str, item: Item, spelled: str) -> tuple[str, str] | None:
        if hash(name) not in self._wanted:
            return None
        if name in self._first:
            return self._first[name]
        self._first[name] = item.place, spelled
        return None


def _ends(key: str, ending: str) -> Iterator[str]:
    place = key.find(ending)
    while place >= 0:
        yield key[: place + len(ending) - 1]
        place = key.find(ending, place + 1)


def _explain(output: str, place: str, spelled: str) -> str:
    if output == spelled:
        return f"output: {quoted(output)} is that of {place} too"
    return (
        f"output: {quoted(output)} is {quoted(spelled)} of {place} where case and Unicode form do not count"
    )
