"""From settings to a synthesizer: client, cache, rate limiter, breakers and retries put together."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwentts_cli.billing.budget import Account
from qwentts_cli.cli.usage import open_ledger
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.endpoint import Endpoint, custom_endpoint
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.settings.paths import cache_folder, state_folder
from qwentts_cli.synthesis.attempts import Attempts
from qwentts_cli.synthesis.breaker import Breaker
from qwentts_cli.synthesis.cache import Cache
from qwentts_cli.synthesis.limiter import RateLimiter
from qwentts_cli.synthesis.limiter_state import shared_state
from qwentts_cli.synthesis.synthesizer import Store, Synthesizer
from qwentts_cli.synthesis.timing import Timing, until_cancelled
from qwentts_cli.synthesis.unfetched import UnfetchedAudio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.billing.budget import Limit
    from qwentts_cli.billing.meter import Meter
    from qwentts_cli.cli.console.invocation import Invocation
    from qwentts_cli.dashscope.request import SynthesisRequest
    from qwentts_cli.synthesis.retry import Retry

DEFAULT_CACHE_MB = 1024
_START_RPS = 2.0
# This machine's own sandbox has no limit to be careful of.
_SANDBOX_START_RPS = 50.0
_GRACE_S = 4.0
# A request has at most two connections, a lock and a file open, and in a batch two files and pipes more.
_FILES_OF_A_REQUEST = 8
_FILES_OF_THE_REST = 24


@dataclass(frozen=True, slots=True)
class Server:
    """Who is asked. `scope` is what the cache knows it by: the sandbox has another port each time."""

    endpoint: Endpoint
    key: ApiKey
    scope: str
    start_rps: float


@dataclass(frozen=True, slots=True)
class CacheUse:
    """How far the cache is used: `--no-cache` not at all, `--refresh` only to keep what is made."""

    is_on: bool = True
    is_read: bool = True


@contextmanager
def open_synthesizer(
    run: Invocation,
    model: str,
    *,
    cache_use: CacheUse,
    is_streamed: bool,
    limit: Limit | None,
    meter: Meter,
) -> Iterator[Synthesizer]:
    """Open what makes sound; at its end waits end, and what is being paid for has a moment to arrive."""
    from qwentts_cli.dashscope.client import SpeechClient
    from qwentts_cli.dashscope.transport.session import Timeouts

    cancelled = threading.Event()
    timing = until_cancelled(cancelled)
    timeouts = Timeouts(total=run.settings.number("timeout", Timeouts().total))
    suffix = load_catalog().audio_host_suffix
    with (
        _server(run, model) as server,
        _usage(run, server, meter) as ledger,
        SpeechClient(server.endpoint, server.key, timeouts=timeouts, audio_host_suffix=suffix) as client,
    ):
        run.output.detail(f"asking {server.endpoint.label} with the key from {server.key.origin}")
        store = _open_store(run, server) if cache_use.is_on else None
        synthesizer = Synthesizer(
            client,
            cancelled=cancelled,
            asking=_asking(run, server, model, timing, meter),
            fetching=_fetching(run, server, timing),
            store=Store(store.cache, store.pending, store.scope, cache_use.is_read) if store else None,
            is_streamed=is_streamed,
            account=Account(limit, ledger, meter.send),
        )
        try:
            yield synthesizer
        finally:
            synthesizer.cancel()
            meter.abandon(synthesizer.settle(0 if _is_impatient(sys.exception()) else _GRACE_S))
            if store:
                store.cache.prune_if_changed()
                store.pending.forget_dead()


def _is_impatient(error: BaseException | None) -> bool:
    """Whether the user has asked for the second time to end."""
    ends = (KeyboardInterrupt, SystemExit)
    return isinstance(error, ends) and isinstance(error.__context__, ends)


def pool_size(run: Invocation, jobs: int) -> int:
    """At most `jobs` requests at a time, and as many as the system lets open their files and connections."""
    if sys.platform == "win32":
        return jobs
    import resource

    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = max(1, (allowed - _FILES_OF_THE_REST) // _FILES_OF_A_REQUEST)
    if jobs <= most or allowed == resource.RLIM_INFINITY:
        return jobs
    run.output.warn(f"{most} of {jobs} jobs at a time: only {allowed} files may be open ('ulimit -n')")
    return most


@contextmanager
def _server(run: Invocation, model: str) -> Iterator[Server]:
    if not run.is_sandbox:
        endpoint = run.endpoint
        known = load_catalog().models.get(model)
        start = known.rpm / 60 if known else _START_RPS
        yield Server(endpoint, run.key, endpoint.base_url, start)
        return
    from qwentts_cli.sandbox.server import Sandbox

    with Sandbox() as sandbox:
        run.output.warn(f"this is a voice of the sandbox ({sandbox.voice_engine}), not of Qwen-TTS")
        endpoint = custom_endpoint(sandbox.base_url)
        scope = f"sandbox, {sandbox.voice_engine}"
        yield Server(endpoint, ApiKey("sk-sandbox", "the sandbox itself"), scope, _SANDBOX_START_RPS)


@contextmanager
def _usage(
    run: Invocation, server: Server, meter: Meter
) -> Iterator[Callable[[SynthesisRequest, int], None]]:
    """Note what is billed, in the ledger too unless it is the sandbox, which costs nothing."""
    if run.is_sandbox:
        yield meter.bill
        return
    with open_ledger(run.output) as ledger:
        region = server.endpoint.region or server.endpoint.host

        def record(request: SynthesisRequest, characters: int) -> None:
            meter.bill(request, characters)
            ledger.record(
                model=request.model,
                voice=request.voice,
                profile=run.profile or "",
                region=region,
                characters=characters,
            )

        yield record


def open_cache(run: Invocation) -> Cache:
    """The cache of this user on this machine."""
    megabytes = run.settings.number("cache_max_mb", DEFAULT_CACHE_MB)
    return Cache(cache_folder(), max_bytes=int(megabytes * 1_000_000), warn=run.output.warn)


def _open_store(run: Invocation, server: Server) -> Store:
    base_url = server.endpoint.base_url
    pending = UnfetchedAudio(state_folder() / "pending", server=base_url, warn=run.output.warn)
    return Store(open_cache(run), pending, server.scope)


def _asking(run: Invocation, server: Server, model: str, timing: Timing, meter: Meter) -> Attempts:
    rpm = run.settings.first("rpm")
    limiter = RateLimiter(
        shared_state(state_folder() / "rates", server.endpoint.host, f"{server.scope} {model}"),
        timing=timing,
        start_rps=server.start_rps,
        rpm=rpm.number if rpm else None,
    )

    meter.allowed_rps = limiter.allowed_rps

    def on_change(is_open: bool) -> None:
        _tell_breaker(run, server.endpoint.host, is_open=is_open)
        if not is_open:
            limiter.restart()

    breaker = Breaker(server.endpoint.host, timing=timing, on_change=on_change)
    return Attempts(breaker, limiter, timing, lambda event: _tell_retry(run, event), meter.fail)


def _fetching(run: Invocation, server: Server, timing: Timing) -> Attempts:
    host = "the download host"
    if server.endpoint.is_loopback:
        host = server.endpoint.host
    breaker = Breaker(
        host, timing=timing, on_change=lambda is_open: _tell_breaker(run, host, is_open=is_open)
    )
    return Attempts(breaker, None, timing, lambda event: _tell_retry(run, event))


def _tell_retry(run: Invocation, event: Retry) -> None:
    run.output.detail(f"retry {event.number} in {event.pause_s:.1f} s: {event.error.message}")


def _tell_breaker(run: Invocation, host: str, *, is_open: bool) -> None:
    run.output.warn(f"{host} does not answer; waiting for it" if is_open else f"{host} answers again")
