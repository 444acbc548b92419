"""Names of outputs by a template such as `{stem}-{n:04}`."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING, Final

from qwentts_cli.errors import UsageError
from qwentts_cli.manifest.output_names import avoid_device_name, check_output, safe_value, with_extension
from qwentts_cli.manifest.problems import quoted
from qwentts_cli.wording import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATE_FIELDS: Final = ("stem", "n", "id", "voice", "model", "language")
_HINT: Final = "Example: --name '{stem}-{n:04}'. A brace itself is written twice."
_DIGITS = re.compile("0?[1-9]|1[0-9]|0?20|")


class NameTemplate:
    """A template with named fields only; `{n:04}` has at least 4 digits.

    Raises:
        UsageError: a field is unknown, or what is around the fields can be in no name.
    """

    def __init__(self, template: str, extension: str) -> None:
        self._extension = extension
        self._parts = _parse(template)
        sample = "".join(literal + "x" * bool(field) for literal, field, _ in self._parts)
        try:
            check_output(sample, extension=extension, portable=True)
        except ValueError as error:
            raise UsageError(f"the name {quoted(template)} is not valid: {error}", hint=_HINT) from None

    def render(self, number: int, values: Mapping[str, str]) -> str:
        """Make the name of an item, its values made safe.

        Raises:
            ValueError: the item has no value for a field, or the name is too long.
        """
        name = ""
        for literal, field, digits in self._parts:
            name += literal
            if field == "n":
                name += f"{number:0{digits}d}"
            elif field:
                value = values.get(field)
                if not value:
                    raise ValueError(f"the item has no {field}, which its name is made of")
                name += safe_value(value)
        *folders, last = name.split("/")
        return "/".join([*map(avoid_device_name, folders), with_extension(last, self._extension)])


def _parse(template: str) -> list[tuple[str, str, int]]:
    """Return what is written out, the field behind it ("" at the end), and its digits."""
    try:
        found = list(Formatter().parse(template))
    except ValueError:
        raise UsageError(f"the braces of the name {quoted(template)} do not match", hint=_HINT) from None
    return [(literal, *_field(template, field, spec, kind)) for literal, field, spec, kind in found]


def _field(template: str, field: str | None, spec: str | None, conversion: str | None) -> tuple[str, int]:
    if field is None:
        return "", 0
    if field not in TEMPLATE_FIELDS:
        raise UsageError(
            f"the name {quoted(template)} has the unknown field {quoted(field)}",
            hint=suggest(field, TEMPLATE_FIELDS, "Fields"),
        )
    if conversion or (spec and (field != "n" or not _DIGITS.fullmatch(spec))):
        raise UsageError(
            f"the name {quoted(template)} has an invalid format for {field}",
            hint="Only n takes a number of digits, up to 20, as in {n:04}.",
        )
    return field, int(spec or 0)
