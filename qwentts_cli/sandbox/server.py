"""A Qwen-TTS on this machine: the same API, on a port of 127.0.0.1."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

from qwentts_cli.sandbox.access import Access, read_grants
from qwentts_cli.sandbox.audio_store import AudioStore
from qwentts_cli.sandbox.custom_voices import CustomVoices
from qwentts_cli.sandbox.faults.fault_script import FaultScript
from qwentts_cli.sandbox.http.deadlines import Deadlines
from qwentts_cli.sandbox.http.handler import SandboxHandler
from qwentts_cli.sandbox.http.listener import HOST, Listener
from qwentts_cli.sandbox.ledger import Ledger, Record
from qwentts_cli.sandbox.rate_limit import RateLimit
from qwentts_cli.sandbox.service import Service
from qwentts_cli.sandbox.service_data import read_service_data
from qwentts_cli.sandbox.upload_store import UploadStore
from qwentts_cli.sandbox.voices.find_engine import find_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from qwentts_cli.sandbox.voices.engine import VoiceEngine


class Sandbox:
    """A local Qwen-TTS; used as a context manager, or by `start` and `stop`.

    Args:
        port: of 127.0.0.1; 0 takes a free one.
        voice_engine: `tones`, `espeak`, `auto` (eSpeak where it is installed), or an engine of one's own.
        faults: what to do wrong; see `FaultScript`.
        rpm: requests a minute for synthesis; none means no limit.
        burst: requests at once within the limit.
        seed: of the faults.
        ledger: a file to append JSON lines to.
        region: the one whose host this is; none serves the models of all.
        region_of: `KEY=REGION` or `KEY=REGION/WORKSPACE`: the keys that are taken, each at its own address.
        retired: models that are no longer served; `ended` is all whose announced end is past.
        voice_delay: seconds until a new voice can be used.
        patience: seconds that a client has to send a request, or to take in a piece of the answer.
        max_connections: at a time; a client beyond them gets 503.
        clock: Unix seconds, for expiry and dates.
        own_catalog: a file of models, voices and regions that are added; it need not exist.

    Raises:
        EngineMissing: the engine asked for is not installed.
        BadFaultSpec: `faults` cannot be read.
        ValueError: an unknown engine or region, or a limit below 1.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        voice_engine: str | VoiceEngine = "auto",
        faults: str = "",
        rpm: int | None = None,
        burst: int | None = None,
        seed: int = 0,
        ledger: Path | None = None,
        region: str = "",
        region_of: Sequence[str] = (),
        retired: Sequence[str] = (),
        voice_delay: float = 0.0,
        patience: float = 120.0,
        max_connections: int = 512,
        clock: Callable[[], float] = time.time,
        own_catalog: Path | None = None,
    ) -> None:
        self._engine = find_engine(voice_engine) if isinstance(voice_engine, str) else voice_engine
        self._faults = FaultScript(faults, seed=seed)
        self._limit = RateLimit(rpm, burst)
        self._port = port
        self._ledger_path = ledger
        self._data = read_service_data(own_catalog)
        if region and region not in self._data.regions:
            raise ValueError(f"there is no region {region!r}: one of {', '.join(self._data.regions)}")
        self._region = region
        self._access = Access(read_grants(region_of, self._data.regions))
        self._retired = frozenset(retired)
        self._voice_delay = voice_delay
        self._patience = patience
        self._max_connections = max_connections
        self._clock = clock
        self._ledger = Ledger()
        self._server: Listener | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Bind and serve; on return the port answers.

        Raises:
            OSError: the port is taken, or the ledger's file cannot be opened.
        """
        self._ledger = Ledger(self._ledger_path)
        try:
            self._server = Listener(
                self._port,
                SandboxHandler,
                ledger=self._ledger,
                deadlines=Deadlines(self._patience),
                max_connections=self._max_connections,
            )
        except OSError:
            self._ledger.close()
            raise
        self._server.service = self._service(self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve, name="qwentts-sandbox", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port and every connection; safe to call twice.

        Raises:
            ExceptionGroup: errors inside the sandbox while it served, which are bugs of the sandbox.
        """
        if self._server is None or self._thread is None:
            return
        server, self._server = self._server, None
        server.stop_serving()
        self._thread.join()
        server.server_close()
        server.end_clients()
        self._ledger.close()
        if server.bugs:
            raise BaseExceptionGroup("the sandbox failed", server.bugs)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        if self._server is None:
            raise RuntimeError("the sandbox is not running")
        return f"http://{HOST}:{self._server.server_port}"

    @property
    def base_url(self) -> str:
        """The base URL to give to a client."""
        return f"{self.origin}/api/v1"

    def address(self, region: str, workspace: str = "") -> str:
        """The base URL that stands for the host of a region, or of a workspace in it."""
        host = f"{workspace}.{region}" if workspace else region
        return f"{self.origin}/{host}/api/v1"

    @property
    def open_connections(self) -> int:
        """How many clients are connected."""
        return 0 if self._server is None else self._server.open_connections

    @property
    def voice_engine(self) -> str:
        """The name of the engine in use."""
        return self._engine.name

    @property
    def who_is_let_in(self) -> str:
        """Which keys are taken, in a sentence."""
        return self._access.summary

    @property
    def ledger(self) -> list[Record]:
        """Every request so far, in the order of the answers; the oldest go after 20,000."""
        return self._ledger.records

    def _service(self, port: int) -> Service:
        origin = f"http://{HOST}:{port}"
        return Service(
            origin=origin,
            region=self._region,
            retired=self._retired,
            access=self._access,
            data=self._data,
            engine=self._engine,
            audio=AudioStore(self._engine, base=origin, clock=self._clock),
            custom_voices=CustomVoices(clock=self._clock, delay=self._voice_delay),
            uploads=UploadStore(clock=self._clock),
            faults=self._faults,
            limit=self._limit,
            clock=self._clock,
        )
