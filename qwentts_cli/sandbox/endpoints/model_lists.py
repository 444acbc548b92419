"""GET /models and GET /models/limits: what a key can use, what it costs, until when, and how often."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from qwentts_cli.sandbox.endpoints.request_body import refuse
from qwentts_cli.sandbox.endpoints.served_models import is_served
from qwentts_cli.sandbox.http.reply import json_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.http.reply import Reply
    from qwentts_cli.sandbox.service import Service
    from qwentts_cli.sandbox.service_data import ServedModel

_MAX_PAGE = 200
_CAPABILITY = "TTS"
_NOTICE = "https://www.aliyun.com/notice/118434"
# Sources disagree on how the end of a model is told; the models take turns, so that a list has each way.
_OFFLINE_SHAPES: tuple[Callable[[str], dict[str, Any]], ...] = (
    lambda time: {"offline_time": time},
    lambda time: {"announceUrl": _NOTICE, "offlineTime": time},
    lambda time: {"default": {"offline_time": time}},
)


def answer_models(service: Service, exchange: Exchange) -> Reply:
    """Answer GET /models.

    Raises:
        ServiceError: the request is refused.
    """
    service.access.check(exchange)
    query = parse_qs(exchange.query)
    number = _number(query, "page_no", 1, 1_000_000)
    size = _number(query, "page_size", 20, _MAX_PAGE)
    rows = [row for row in _rows(service, exchange.region) if _matches(row, query)]
    output = {
        "total": len(rows),
        "page_no": number,
        "page_size": size,
        "models": rows[(number - 1) * size : number * size],
    }
    return _reply(exchange, output)


def answer_limits(service: Service, exchange: Exchange) -> Reply:
    """Answer GET /models/limits.

    Raises:
        ServiceError: the request is refused.
    """
    service.access.check(exchange)
    workspace = exchange.workspace or "ws-sandbox"
    quotas = [
        {
            "model": model.id,
            "workspace_id": workspace,
            "model_limit": _limit(service.limit.rpm or model.rpm),
            "workspace_limit": _limit(service.limit.rpm or model.rpm),
        }
        for model in _served(service, exchange.region)
    ]
    return _reply(exchange, {"quotas": quotas})


def _limit(rpm: int) -> dict[str, Any]:
    return {
        "request_limit": rpm,
        "request_limit_period": 60,
        "usage_limit": None,
        "usage_limit_field": None,
        "usage_limit_period": None,
    }


def _served(service: Service, region: str) -> list[ServedModel]:
    return [model for model in service.data.models.values() if is_served(service, model, region)]


def _rows(service: Service, region: str) -> list[dict[str, Any]]:
    shapes = cycle(_OFFLINE_SHAPES)
    return [_row(model, region, shapes) for model in _served(service, region)]


def _row(
    model: ServedModel, region: str, shapes: Iterator[Callable[[str], dict[str, Any]]]
) -> dict[str, Any]:
    ends = [end for where, end in model.ends.items() if region in {"", where}]
    row = {
        "model": model.id,
        "name": model.id,
        "description": model.summary,
        "provider": "qwen",
        "inference_provider": "bailian",
        "capabilities": [_CAPABILITY],
        "features": [],
        "published_time": "2025-09-18 00:00:00",
        "inference_metadata": {"request_modality": ["Text"], "response_modality": ["Audio"]},
        "model_info": {},
        "prices": _prices(model, region),
    }
    if ends:
        row["inference_offline_info"] = next(shapes)(f"{min(ends)} 00:00:00")
    return row


def _prices(model: ServedModel, region: str) -> list[dict[str, Any]]:
    """Give the prices of the region, or of the first that has any where none is asked."""
    price = model.prices.get(region) if region else next(iter(model.prices.values()), None)
    if price is None:
        return []
    kinds = {
        "cosy_tts_number": (price.get("amount"), "Per 10,000 characters"),
        "text_input_token": (price.get("input"), "Per 1M tokens"),
        "qwen_tts_multi_output_token": (price.get("output"), "Per 1M tokens"),
    }
    rows = [
        {"type": kind, "price": f"{amount:g}", "price_unit": unit, "price_name": kind}
        for kind, (amount, unit) in kinds.items()
        if amount is not None
    ]
    return [{"range_name": "default", "prices": rows}]


def _matches(row: Mapping[str, Any], query: Mapping[str, list[str]]) -> bool:
    name = query.get("name", query.get("model", [""]))[0]
    capabilities = query.get("capabilities", [])
    return name in row["model"] and (not capabilities or bool({*capabilities} & {*row["capabilities"]}))


def _number(query: Mapping[str, list[str]], name: str, default: int, highest: int) -> int:
    given = query.get(name, [str(default)])[0]
    if not (given.isascii() and given.isdigit() and len(given) < 8 and 1 <= int(given) <= highest):  # noqa: PLR2004 - digits
        refuse(f"{name} must be a number from 1 to {highest}.")
    return int(given)


def _reply(exchange: Exchange, output: dict[str, Any]) -> Reply:
    payload = {
        "code": None,
        "message": None,
        "success": True,
        "request_id": exchange.request_id,
        "output": output,
    }
    return json_reply(200, payload, exchange.request_id)
