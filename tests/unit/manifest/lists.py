"""Lists of items as the tests of them write and read them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from qwentts_cli.manifest.check import Manifest, check_manifest
from qwentts_cli.manifest.item import Item, ManifestOptions
from qwentts_cli.manifest.problems import ManifestProblems

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT = ManifestOptions()


def write(path: Path, content: str | bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def jsonl(*rows: Any) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def manifest(*inputs: Any, stdin: bytes | None = None, **options: Any) -> Manifest:
    pipe = None if stdin is None else io.BytesIO(stdin)
    return check_manifest([str(name) for name in inputs], replace(DEFAULT, **options), stdin=pipe)


def items(*inputs: Any, stdin: bytes | None = None, **options: Any) -> list[Item]:
    """The items, which are as many as were counted, and the same when read again."""
    checked = manifest(*inputs, stdin=stdin, **options)
    found = list(checked)
    assert found == list(checked)
    assert len(found) == checked.count
    assert [item.number for item in found] == list(range(1, checked.count + 1))
    return found


def outputs(*inputs: Any, stdin: bytes | None = None, **options: Any) -> list[str]:
    return [item.output for item in items(*inputs, stdin=stdin, **options)]


def failure(
    *inputs: Any,
    stdin: bytes | None = None,
    check_row: Callable[[Item], str | None] | None = None,
    **options: Any,
) -> ManifestProblems:
    pipe = None if stdin is None else io.BytesIO(stdin)
    with pytest.raises(ManifestProblems) as caught:
        check_manifest(
            [str(name) for name in inputs], replace(DEFAULT, **options), stdin=pipe, check_row=check_row
        )
    return caught.value


def problems(*inputs: Any, **options: Any) -> list[str]:
    """What is wrong, a line a problem, with file names that are not those of the machine."""
    folder = f"{Path(str(inputs[0])).parent}/" if inputs else "/"
    return [line.replace(folder, "") for line in shown(failure(*inputs, **options))]


def shown(error: ManifestProblems) -> list[str]:
    """The lines of the message, without what is to be done about each."""
    if not error.details:
        return [error.message]
    hidden = error.total - len(error.problems)
    return [*map(str, error.problems), *([f"and {hidden} more"] if hidden else [])]
