"""From settings to a synthesizer: client, cache, rate limiter, breakers and retries put together."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.billing.ledger import open_ledger
from qwentts_cli.billing.payments import Payments
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.endpoint import Endpoint, custom_endpoint
from qwentts_cli.dashscope.on_demand import ClientOnDemand
from qwentts_cli.errors import UsageError
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.settings.paths import cache_folder, catalog_file
from qwentts_cli.settings.places import Places, find_places
from qwentts_cli.synthesis.attempts import Attempts
from qwentts_cli.synthesis.breaker import ENDLESS, PATIENCE, Breaker, Patience
from qwentts_cli.synthesis.cache import Cache
from qwentts_cli.synthesis.limiter import RateLimiter
from qwentts_cli.synthesis.limiter_state import OwnState, shared_state
from qwentts_cli.synthesis.store import Store
from qwentts_cli.synthesis.synthesizer import Synthesizer
from qwentts_cli.synthesis.timing import Timing, until_cancelled
from qwentts_cli.synthesis.unfetched import UnfetchedAudio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from qwentts_cli.billing.budget import Budget
    from qwentts_cli.billing.payments import Record
    from qwentts_cli.billing.period_budget import PeriodBudget
    from qwentts_cli.dashscope.client import SpeechClient
    from qwentts_cli.metered import Tally
    from qwentts_cli.observer import Observer
    from qwentts_cli.settings.resolve import Settings
    from qwentts_cli.speech.context import Context
    from qwentts_cli.speech.options import CacheUse

DEFAULT_CACHE_MB = 1024
_START_RPS = 2.0
# The catalogue tells what a region allows. Nobody knows what another server does, and none is so narrow.
_OTHER_START_RPS = 10.0
# This machine's own sandbox has no limit to be careful of.
_SANDBOX_START_RPS = 50.0
_GRACE_S = 4.0
# Without a network nobody wants to wait long to be told so.
_PATIENCE_AT_FIRST_S = 60.0
# A request has at most two connections, a lock and a file open, and in a batch two files and pipes more.
_FILES_OF_A_REQUEST = 8
_FILES_OF_THE_REST = 24


class Target(Struct, frozen=True, kw_only=True):
    """Who is asked. `scope` is what the cache knows it by."""

    endpoint: Endpoint
    scope: str
    start_rps: float


@contextmanager
def open_synthesizer(
    context: Context,
    model: str,
    *,
    cache_use: CacheUse,
    is_streamed: bool,
    budget: Budget,
    observer: Observer,
    waits_for_network: bool = False,
) -> Iterator[Synthesizer]:
    """Open what makes sound; at its end waits end, and what is being paid for has a moment to arrive."""
    cancelled = threading.Event()
    timing = until_cancelled(cancelled)
    patience = ENDLESS if waits_for_network else PATIENCE
    places = find_places(observer.warn, keeps_audio=cache_use.is_on)
    with (
        open_target(context, model, observer) as (target, find_key),
        _open_books(context, model, places, observer) as (record, period),
        ClientOnDemand(
            partial(_open_client, context.settings, target.endpoint, find_key, observer)
        ) as client,
    ):
        store = _open_store(context.settings, target, places, cache_use, observer)
        synthesizer = Synthesizer(
            client,
            open_client=client.open,
            cancelled=cancelled,
            asking=_asking(
                context.settings, target, model, places, patience, timing=timing, observer=observer
            ),
            fetching=_fetching(target.endpoint, patience, timing, observer),
            store=store,
            is_streamed=is_streamed,
            payments=Payments(budget, context.prices, observer, record, period),
        )
        try:
            yield synthesizer
        finally:
            synthesizer.cancel()
            try:
                if not _is_impatient(sys.exception()):
                    synthesizer.settle(_GRACE_S)
            finally:  # who is impatient may end that wait too
                observer.requests_lost(synthesizer.settle(0))
                if store:
                    store.tidy()


def _open_client(
    settings: Settings, endpoint: Endpoint, find_key: Callable[[], ApiKey], observer: Observer
) -> SpeechClient:
    from qwentts_cli.dashscope.client import SpeechClient
    from qwentts_cli.dashscope.transport.session import Timeouts

    key = find_key()
    observer.detail(f"asking {endpoint.label} with the key from {key.origin}")
    timeouts = Timeouts(total=settings.number("timeout", Timeouts().total))
    suffix = load_catalog().audio_host_suffix
    return SpeechClient(endpoint, key, timeouts=timeouts, audio_host_suffix=suffix)


def _is_impatient(error: BaseException | None) -> bool:
    """Whether the user has asked for the second time to end."""
    ends = (KeyboardInterrupt, SystemExit)
    return isinstance(error, ends) and isinstance(error.__context__, ends)


def pool_size(jobs: int, observer: Observer) -> int:
    """At most `jobs` requests at a time, and as many as the system lets open their files and connections."""
    if sys.platform == "win32":
        return jobs
    import resource

    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = max(1, (allowed - _FILES_OF_THE_REST) // _FILES_OF_A_REQUEST)
    if jobs <= most or allowed == resource.RLIM_INFINITY:
        return jobs
    observer.warn(f"{most} of {jobs} jobs at a time: only {allowed} files may be open ('ulimit -n')")
    return most


@contextmanager
def open_target(
    context: Context, model: str, observer: Observer
) -> Iterator[tuple[Target, Callable[[], ApiKey]]]:
    """Give the server to ask and what gives the key; a sandbox of this process lives as long as the block."""
    if not context.is_sandbox:
        endpoint, find_key = context.endpoint, context.find_key()
        known = load_catalog().models.get(model)
        start_rps = known.rpm / 60 if known else _START_RPS
        if not endpoint.region:
            start_rps = _OTHER_START_RPS
        yield (
            Target(endpoint=endpoint, scope=endpoint.base_url, start_rps=start_rps),
            partial(_fit_key, find_key, observer),
        )
        return
    from qwentts_cli.sandbox.server import Sandbox

    with Sandbox(own_catalog=catalog_file()) as sandbox:
        observer.tell(f"This is a voice of the sandbox ({sandbox.voice_engine}), not of Qwen-TTS.")
        target = Target(
            endpoint=custom_endpoint(sandbox.base_url),
            scope=sandbox_scope(sandbox.voice_engine),
            start_rps=_SANDBOX_START_RPS,
        )
        yield target, lambda: ApiKey("sk-sandbox", "the sandbox itself")


def _fit_key(find_key: Callable[[], ApiKey], observer: Observer) -> ApiKey:
    key = find_key()
    if key.is_of_a_plan:
        observer.warn(
            f"the key from {key.origin} is of a Coding or Token Plan: it works on that plan's host only, "
            "and not with qwen3-tts"
        )
    return key


def tell_limits(context: Context, model: str, billed: Tally, budget: Budget, observer: Observer) -> None:
    """Warn where so much would not be made within this run's limit, or what is left of the period's."""
    if not budget.has_room(billed):
        observer.warn("this would cross the limit of this run; what comes before is made")
    with open_ledger(observer.warn) as ledger:
        period = context.open_period_budget(ledger)
        if not period:
            return
        try:
            period.check(model)
        except UsageError as error:
            observer.warn(f"a run would be refused: {error.message}. {error.hint}")
            return
        cost, left = context.prices.total(billed), period.left()
        if cost and cost.amount > left.amount:
            observer.warn(f"this would cross the {left}")


@contextmanager
def _open_books(
    context: Context, model: str, places: Places, observer: Observer
) -> Iterator[tuple[Record | None, PeriodBudget | None]]:
    """Where what is billed is noted, and what may be spent in a day or a month, if that is limited.

    What the sandbox would have cost is noted only for such a limit.
    """
    if places.state is None and not context.period_limit:
        yield None, None
        return
    with open_ledger(observer.warn) as ledger:
        period = context.open_period_budget(ledger)
        if period:
            period.check(model)
        is_noted = period or not context.is_sandbox
        record = partial(ledger.record, profile=context.profile or "", region=context.billing_region)
        yield record if is_noted else None, period


def sandbox_scope(voice_engine: str) -> str:
    """What the cache knows the sandbox by, which has another port each time."""
    return f"sandbox, {voice_engine}"


def open_cache(settings: Settings, observer: Observer, folder: Path | None = None) -> Cache:
    """The cache of this user on this machine."""
    megabytes = settings.number("cache_max_mb", DEFAULT_CACHE_MB)
    return Cache(folder or cache_folder(), max_bytes=int(megabytes * 1_000_000), warn=observer.warn)


def _open_store(
    settings: Settings, target: Target, places: Places, cache_use: CacheUse, observer: Observer
) -> Store | None:
    if not cache_use.is_on or (places.audio is None and places.state is None):
        return None
    base_url = target.endpoint.base_url
    return Store(
        cache=open_cache(settings, observer, places.audio) if places.audio else None,
        pending=UnfetchedAudio(places.state / "pending", server=base_url, warn=observer.warn)
        if places.state
        else None,
        scope=target.scope,
        is_read=cache_use.is_read,
    )


def _asking(
    settings: Settings,
    target: Target,
    model: str,
    places: Places,
    patience: Patience,
    *,
    timing: Timing,
    observer: Observer,
) -> Attempts:
    rpm = settings.first("rpm")
    host = target.endpoint.host
    rates = places.state and places.state / "rates"
    limiter = RateLimiter(
        shared_state(rates, host, f"{target.scope} {model}") if rates else OwnState(),
        timing=timing,
        start_rps=target.start_rps,
        rpm=rpm.number if rpm else None,
        observer=observer,
    )
    if not patience.is_endless:  # nothing was paid for yet that would be worth more of it
        patience = replace(patience, at_first_s=_PATIENCE_AT_FIRST_S)
    return Attempts(
        breaker=Breaker(host, patience=patience, timing=timing, observer=observer),
        limiter=limiter,
        timing=timing,
        observer=observer,
        waits_for_network=patience.is_endless,
    )


def _fetching(endpoint: Endpoint, patience: Patience, timing: Timing, observer: Observer) -> Attempts:
    host = endpoint.host if endpoint.is_loopback else "the download host"
    return Attempts(
        breaker=Breaker(host, patience=patience, timing=timing, observer=observer),
        timing=timing,
        observer=observer,
        waits_for_network=patience.is_endless,
    )
