from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.item import Item
from qwentts_cli.manifest.shard import parse_shard, select


def listed(count: int) -> list[Item]:
    return [
        Item(number=number, place=f"a:{number}", output=f"{number}.wav", text="x")
        for number in range(1, count + 1)
    ]


@given(st.integers(0, 200), st.integers(1, 30))
def test_every_item_is_in_exactly_one_shard(items: int, shards: int) -> None:
    """Together they are the list; their sizes differ by one at most; more items at the end move none."""
    parts = [list(select(listed(items), shard=(index, shards))) for index in range(1, shards + 1)]
    assert sorted(item.number for part in parts for item in part) == list(range(1, items + 1))
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    longer = list(select(listed(items + 7), shard=(1, shards)))
    assert longer[: len(parts[0])] == parts[0]


def test_the_first_shard_has_the_first_item_and_the_limit_counts_within() -> None:
    """A trial of a shard is as long as asked for; no more is read than that."""
    assert [item.number for item in select(listed(9), shard=(2, 3), limit=2)] == [2, 5]
    assert [item.number for item in select(listed(9), shard=(3, 3))] == [3, 6, 9]
    assert [item.number for item in select(listed(9), limit=2)] == [1, 2]
    endless = iter(lambda: listed(1)[0], None)
    assert len(list(select(endless, limit=3))) == 3


@pytest.mark.parametrize("text", ["1/1", "3/10", "10/10", "007/100"])
def test_shards_are_read(text: str) -> None:
    """I of N."""
    index, count = parse_shard(text)
    assert [index, count] == [int(part) for part in text.split("/")]


@pytest.mark.parametrize(
    "text",
    ["", "1", "/", "0/3", "4/3", "0/0", "1/0", "-1/3", "1/ 3", "a/b", "1/3/5", "１/２", "1e1/20", "1_0/20"],
)
def test_what_is_no_shard(text: str) -> None:
    """It is refused, and who counts from 0 is told so."""
    with pytest.raises(UsageError, match="is no shard") as caught:
        parse_shard(text)
    assert ("add 1" in caught.value.hint) == (text == "0/3")
