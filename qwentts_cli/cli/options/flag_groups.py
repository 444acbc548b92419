"""Options that several commands share, declared once as the fields of a struct."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints

from msgspec import Struct

Command = Callable[..., None]


class FlagGroup(Struct, frozen=True, kw_only=True):
    """Each field is an option of every command that has a parameter of this type."""


def spread_flags(command: Command) -> Command:
    """Give a command the options of its groups; when it is called, it gets each group as one value."""
    hints = get_type_hints(command, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if _is_group(hint)}

    @wraps(command)
    def run(*args: Any, **values: Any) -> None:  # noqa: ANN401 - passed on as they come
        for name, group in groups.items():
            values[name] = group(**{field: values.pop(field) for field in _fields(group) if field in values})
        command(*args, **values)

    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        if parameter.name in groups:
            parameters += _parameters(groups[parameter.name])
        else:
            parameters.append(parameter.replace(annotation=hints[parameter.name]))
    run.__annotations__ = {}  # Typer would resolve each of them again; the signature has them resolved
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # `inspect` reads it
    return run


def _is_group(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, FlagGroup)


def _fields(group: type[FlagGroup]) -> tuple[str, ...]:
    return group.__struct_fields__


def _parameters(group: type[FlagGroup]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    usual = group()
    return [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=getattr(usual, name), annotation=hints[name]
        )
        for name in _fields(group)
    ]
