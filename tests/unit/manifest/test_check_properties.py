from __future__ import annotations

import csv
import io
import random
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.check import check_manifest
from qwentts_cli.manifest.item import ExtraFields, Item, ManifestOptions
from qwentts_cli.text.punctuation import is_speakable
from tests.unit.manifest.lists import items, jsonl, write

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = 60
MUTATIONS = 400

# Text that no decoder changes: no controls, and lines that end with LF.
texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t,;\"'{}[]\\:#中é "), max_size=40
).filter(is_speakable)
names = st.from_regex(r"[a-z中]{1,4}(/[a-z中]{1,4})?", fullmatch=True)
rows = st.lists(
    st.fixed_dictionaries(
        {"text": texts}, optional={"voice": names, "instructions": texts, "output": names, "language": names}
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row.get("output", object()),
)
FIELDS = ("text", "voice", "instructions", "output", "language")


def said(found: list[Item]) -> list[dict[str, str | None]]:
    return [
        {
            "text": item.text,
            "voice": item.voice,
            "instructions": item.instructions,
            "output": None if item.output[:4].isdigit() else item.output.removesuffix(".wav"),
            "language": item.language,
        }
        for item in found
    ]


def table(found: list[dict[str, str]], **dialect: str) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(
        out, FIELDS, delimiter=dialect.get("delimiter", ","), lineterminator=dialect.get("end", "\n")
    )
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue()


@settings(max_examples=EXAMPLES)
@given(rows)
def test_lists_say_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, found: list[dict[str, str]]
) -> None:
    """JSON Lines, CSV and TSV, with either line end, hold any text."""
    folder = tmp_path_factory.mktemp("lists")
    expected = [{field: row.get(field) for field in FIELDS} for row in found]
    written = {
        "a.jsonl": jsonl(*found),
        "a.csv": table(found),
        "b.csv": table(found, end="\r\n"),
        "a.tsv": table(found, delimiter="\t"),
    }
    for name, content in written.items():
        assert said(items(write(folder / name, content))) == expected, name


@settings(max_examples=EXAMPLES)
@given(st.lists(texts, min_size=1), st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_of_stdin_say_what_was_written(lines: list[str], end: str) -> None:
    """Nothing but the line ends separates them."""
    flat = [line.replace("\n", " ") for line in lines]
    found = items("-", stdin=end.join(flat).encode())
    assert [item.text for item in found] == [line.strip() for line in flat]


SEEDS = {
    "a.jsonl": jsonl(
        {"text": "你好", "id": "a", "voice": "Cherry"}, {"file": "t.txt"}, {"text": "b", "output": "c/d"}
    ),
    "a.csv": 'text,id,output,file\n"Hello, ""you""\nthere",1,x/y.wav,\n,2,,t.txt\n',
    "a.tsv": "text\tvoice\none\tCherry\n二\tEthan\n",
    "a.txt": "Line one.\r\n第二行。\n",
}
NOISE = [
    b'"',
    b"\0",
    b"\xff",
    b"\xe4\xb8",
    b"{",
    b"}",
    b"[" * 5000,
    b"\\ud800",
    b"\\u0000",
    b"\r",
    b"\n",
    b",",
    b"\t",
    b"../",
    b"\x1b",
    b"9" * 5000,
    b"\xff\xfe",
    b"PK\x03\x04",
    b"null",
    b"\xef\xbb\xbf",
    b":",
    b"CON",
    b"e999",
]


@pytest.mark.parametrize("name", SEEDS)
def test_damaged_lists_are_wrong_input_and_nothing_else(tmp_path: Path, name: str) -> None:
    """Cut, overwritten or with noise: the items are read, the same twice, or a usage error says why."""
    write(tmp_path / "t.txt", "text")
    chance = random.Random(name)
    data = SEEDS[name].encode()
    good = 0
    for _ in range(MUTATIONS):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(damaged) + 1)
            action = chance.randrange(3)
            if action == 0:
                del damaged[place:]
            elif action == 1 and place < len(damaged):
                damaged[place] = chance.randrange(256)
            else:
                damaged[place:place] = chance.choice(NOISE)
        path = write(tmp_path / name, bytes(damaged))
        with suppress(UsageError):
            options = ManifestOptions(
                by_line=chance.random() < 0.5, extra_fields=chance.choice(list(ExtraFields))
            )
            checked = check_manifest([path], options)
            assert list(checked) == list(checked)
            good += 1
    assert 0 < good < MUTATIONS
