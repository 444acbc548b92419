"""What every endpoint's JSON has in common: `model`, `input`, perhaps `parameters`."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from qwentts_cli.sandbox.http.reply import ServiceError


def read_json(body: bytes) -> dict[str, Any]:
    """Decode a body that must be a JSON object."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        refuse("Required body invalid, please check the request body format.")
    if not isinstance(data, dict):
        refuse("Required body invalid, please check the request body format.")
    return data


def input_of(fields: dict[str, Any]) -> dict[str, Any]:
    given = fields.get("input")
    if not isinstance(given, dict):
        raise ServiceError(400, "BadRequest.EmptyInput", "Required input parameter missing from request.")
    return given


def parameters_of(fields: dict[str, Any]) -> dict[str, Any]:
    parameters = fields.get("parameters") or {}
    if not isinstance(parameters, dict):
        refuse("parameters must be an object.")
    return parameters


def read_text(given: dict[str, Any]) -> str:
    """Give `input.text`, which must say something."""
    text = given.get("text")
    if not isinstance(text, str):
        refuse("Required parameter(s) missing or invalid: input.text")
    if not text.strip():
        refuse("input.text must not be empty.")
    if any("\ud800" <= char <= "\udfff" for char in text):
        refuse("input.text is not valid Unicode.")
    return text


def read_voice(given: dict[str, Any]) -> str:
    voice = given.get("voice")
    if not isinstance(voice, str) or not voice:
        refuse("Required parameter(s) missing or invalid: input.voice")
    return voice


def read_flag(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        refuse(f"{name} must be a boolean.")
    return value


def read_number(given: dict[str, Any], name: str, default: float, low: float, high: float) -> float:
    """Give a number between two bounds."""
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        refuse(f"{name} must be a number from {low:g} to {high:g}.")
    return value


def refuse(message: str) -> NoReturn:
    raise bad_parameter(message)


def bad_parameter(message: str) -> ServiceError:
    return ServiceError(400, "InvalidParameter", message)
