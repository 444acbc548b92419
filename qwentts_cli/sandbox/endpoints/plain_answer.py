"""Endpoints that give one JSON document: the faults that are due, then the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.sandbox.http.exchange import Exchange
    from qwentts_cli.sandbox.http.reply import Reply
    from qwentts_cli.sandbox.http.response_writer import ResponseWriter
    from qwentts_cli.sandbox.service import Service


def plain_answer(
    phase: str, make: Callable[[Service, Exchange], Reply]
) -> Callable[[Service, Exchange, ResponseWriter], None]:
    """Make an endpoint of `make`, which raises a ServiceError where it refuses."""

    def answer(service: Service, exchange: Exchange, writer: ResponseWriter) -> None:
        exchange.phase = phase
        chosen = service.faults.choose(phase, exchange.body or exchange.query.encode())
        exchange.faults += chosen.labels
        if not writer.wait(chosen.latency):
            return
        if chosen.spoil is None:
            writer.send(make(service, exchange))
        else:
            chosen.spoil(writer, lambda: make(service, exchange))

    return answer
