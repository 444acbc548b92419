"""A part of a list of items, for one of many machines or for a trial."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.problems import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from qwentts_cli.manifest.item import Item

_SHARD = re.compile("([0-9]{1,6})/([0-9]{1,6})")


def parse_shard(text: str) -> tuple[int, int]:
    """Read `I/N`, the part I (from 1) of N.

    Raises:
        UsageError: it is not that.
    """
    found = _SHARD.fullmatch(text)
    index, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if 1 <= index <= count:
        return index, count
    hint = "Write I/N with I from 1 to N, for example 3/10."
    if found and index == 0 < count:
        hint = f"Shards count from 1 to {count}; where they come from 0, add 1."
    raise UsageError(f"{quoted(text)} is no shard", hint=hint)


def select(
    items: Iterable[Item], *, shard: tuple[int, int] | None = None, limit: int | None = None
) -> Iterator[Item]:
    """Give the items of one shard, and of those the first `limit`.

    Every n-th item is in the same shard, by its number: each is in exactly one, their sizes differ by one at
    most, long and short neighbours are spread, and items added at the end move no other.
    """
    if shard:
        index, count = shard
        items = (item for item in items if item.number % count == index % count)
    return islice(items, limit)
