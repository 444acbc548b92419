"""What a run takes from the service, counted."""

from __future__ import annotations

from qwentts_cli.billing.meter import Meter
from qwentts_cli.errors import NetworkError, Throttled
from qwentts_cli.metered import Metered


def test_the_rate_is_that_of_the_last_ten_seconds() -> None:
    """Of all requests of the first ten, and never more than there were."""
    clock = [100.0]
    meter = Meter(lambda: clock[0])
    assert meter.rps == 0.0
    meter.request_sent()
    assert meter.rps == 1.0
    for clock[0] in (101.0, 102.0, 103.0, 104.0):
        meter.request_sent()
    assert meter.rps == 5 / 4
    clock[0] = 110.5
    assert meter.rps == 4 / 10
    clock[0] = 200.0
    assert meter.rps == 0.0
    assert meter.requests == 5


def test_every_kind_of_end_is_counted() -> None:
    """Billed characters by model; failures that say slow down, and those that may have cost."""
    meter = Meter()
    meter.request_billed("one", Metered(3))
    meter.request_billed("two", Metered(4, 1, 2))
    meter.request_billed("one", Metered(5))
    lost = NetworkError("lost", maybe_billed=True)
    for error in (Throttled("slow down"), lost, NetworkError("refused")):
        meter.request_failed(error)
    assert dict(meter.billed) == {"one": Metered(8), "two": Metered(4, 1, 2)}
    assert meter.billed.total() == Metered(12, 1, 2)
    assert (meter.throttled, meter.maybe_billed) == (1, 1)
