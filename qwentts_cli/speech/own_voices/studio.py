"""Where voices are made: asked with care, since each costs, noted in the ledger, and remembered."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.billing.ledger import open_ledger
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.own_voices import voices
from qwentts_cli.dashscope.own_voices.client import VoiceClient
from qwentts_cli.dashscope.own_voices.makers import bill_name, load_makers
from qwentts_cli.dashscope.own_voices.voice_errors import MakerUnknown, VoiceUnknown
from qwentts_cli.dashscope.transport.session import Timeouts
from qwentts_cli.errors import LocalError, NetworkError, QwenTTSError, RejectedError
from qwentts_cli.metered import Metered
from qwentts_cli.settings.own_voices import READY, OwnVoice, forget_own_voice, keep_own_voice
from qwentts_cli.speech.own_voices.prepare import Recording
from qwentts_cli.speech.wiring import open_target
from qwentts_cli.synthesis.retry import SINGLE, RetryPolicy, retry
from qwentts_cli.synthesis.timing import Timing
from qwentts_cli.wording import shown_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from qwentts_cli.billing.ledger import UsageLedger
    from qwentts_cli.billing.period_budget import Held, PeriodBudget
    from qwentts_cli.dashscope.own_voices.client import Upload
    from qwentts_cli.dashscope.own_voices.makers import Maker
    from qwentts_cli.dashscope.own_voices.voices import Listed, Made, VoiceOrder
    from qwentts_cli.observer import Observer
    from qwentts_cli.speech.context import Context

    # Told the state of a voice and the seconds that it was waited for.
    Told = Callable[[str, float], None]

T = TypeVar("T")

# What may have made a voice is not asked for again: that would make two.
_ONCE = RetryPolicy(attempts=5, pauses_s=120, backoff_cap_s=20, resends=0)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 5.0
_STARTED, _FAILED = "DEPLOYING", "UNDEPLOYED"


class Studio(Struct, frozen=True, kw_only=True):
    """The makers of voices of one server.

    `is_fleeting` where the voices end with this process, as those of its own sandbox do; they are neither
    remembered nor noted. `budget` is what may be spent in a day or a month, if that is limited.
    """

    client: VoiceClient
    server: str
    profile: str
    is_fleeting: bool
    observer: Observer
    ledger: UsageLedger
    budget: PeriodBudget | None
    timing: Timing

    def upload(self, maker: Maker, upload: Upload) -> str:
        """Take a recording to the service, and give its address there."""
        return self._patiently(lambda: self.client.upload(maker.id, upload))

    def make(self, order: VoiceOrder) -> tuple[OwnVoice, Made]:
        """Have a voice made, once; it is remembered before it is ready.

        Raises:
            BudgetError: it would cross the budget.
            QwenTTSError: it was refused, or nobody knows whether it was made: then `maybe_billed` is set.
        """
        known = {voice.id for voice in self.list_of(order.maker)}
        fee = bill_name(order.maker.id, order.kind)
        held = self.budget.reserve_fee(fee) if self.budget else None
        try:
            made = self._create(order, known)
        except QwenTTSError as error:
            if not error.maybe_billed:
                self._release(held)
            raise
        voice = OwnVoice(
            name=order.name,
            id=made.id,
            model=order.model,
            maker=order.maker.id,
            server=self.server,
            profile=self.profile,
            language=order.language or "",
            status=READY if order.maker.is_older else _STARTED,
        )
        if self._note(fee, voice):
            self._release(held)
        self._keep(voice)
        return voice, made

    def wait(self, voice: OwnVoice, limit_s: float, told: Told) -> OwnVoice:
        """Wait until a voice is ready; a voice that is used before gives no sound and is billed.

        Raises:
            NetworkError: it is not ready after so many seconds; it goes on being made.
            RejectedError: the service gave it up.
        """
        maker, began, pause_s = load_makers()[voice.maker], self.timing.now(), _FIRST_PAUSE_S
        while not voice.is_ready:
            listed = self._patiently(partial(voices.query_voice, self.client, maker, voice.id))
            voice = replace(voice, status=listed.status, created=listed.created or voice.created)
            self._keep(voice)
            passed_s = self.timing.now() - began
            told(voice.status, passed_s)
            if voice.status == _FAILED:
                raise _given_up(voice)
            if voice.is_ready:
                break
            if passed_s + pause_s > limit_s:
                raise _not_ready(voice, limit_s)
            self.timing.wait(pause_s)
            pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)
        return voice

    def list_all(self) -> list[Listed]:
        """All voices of the account; a maker that has ended has none."""
        found: list[Listed] = []
        failed: list[MakerUnknown] = []
        for maker in load_makers().values():
            try:
                found += self.list_of(maker)
            except MakerUnknown as error:
                failed.append(error)
                self.observer.detail(f"{maker.id} is not there any more")
        if len(failed) == len(load_makers()):
            raise failed[0]
        return found

    def list_of(self, maker: Maker) -> list[Listed]:
        return self._patiently(lambda: list(voices.list_voices(self.client, maker)))

    def query(self, maker: Maker, voice_id: str) -> Listed:
        return self._patiently(partial(voices.query_voice, self.client, maker, voice_id))

    def delete(self, voice: OwnVoice) -> bool:
        """Have a voice deleted and forget it; false if the service had it no more."""
        maker, was_there = load_makers()[voice.maker], True
        try:
            self._patiently(partial(voices.delete_voice, self.client, maker, voice.id))
        except VoiceUnknown:
            was_there = False
        if not self.is_fleeting:
            forget_own_voice(voice)
        return was_there

    def _create(self, order: VoiceOrder, known: set[str]) -> Made:
        """Ask for it once, and look for it among those that were not `known` if the answer gets lost."""
        create = partial(voices.create_voice, self.client, order)
        try:
            return retry(create, _ONCE, timing=self.timing, observer=self.observer)
        except QwenTTSError as error:
            if not error.maybe_billed:
                raise
            return self._find_lost(order, known, error)

    def _find_lost(self, order: VoiceOrder, known: set[str], error: QwenTTSError) -> Made:
        """Take up the voice that was made although the answer got lost, if there is one."""
        new: list[str] = []
        with suppress(QwenTTSError):  # the lost answer is the error to tell, not the look-up that failed
            new = [voice.id for voice in self.list_of(order.maker) if voice.id not in known]
        new = [voice for voice in new if order.wire_name in voice]
        if len(new) == 1:
            self.observer.warn(
                f"the answer got lost ({error.message}), but the voice was made: it is taken up"
            )
            return voices.Made(new[0])
        raise error.replace(
            hint="It may be made and billed all the same: look with 'qwentts voices list --mine' before you "
            "run this again.",
            retryable=False,
        ) from error

    def _note(self, fee: str, voice: OwnVoice) -> bool:
        """Note what was paid; false if that failed."""
        return self.is_fleeting or self.ledger.record(
            model=fee, voice=voice.id, profile=self.profile, region=self.server, metered=Metered()
        )

    def _release(self, held: Held | None) -> None:
        if self.budget and held:
            with suppress(LocalError):  # rather counted twice than the voice lost that was paid for
                self.budget.release(held)

    def _keep(self, voice: OwnVoice) -> None:
        if not self.is_fleeting:
            keep_own_voice(voice)

    def _patiently(self, call: Callable[[], T]) -> T:
        return retry(call, SINGLE, timing=self.timing, observer=self.observer)


def make_clone(studio: Studio, order: VoiceOrder, recording: Recording) -> OwnVoice:
    """Send a recording and have a voice made of it."""
    upload = recording.upload
    if upload and not order.maker.takes_data:
        studio.observer.tell(f"sending {shown_bytes(len(upload.data))}")
        recording = Recording(address=studio.upload(order.maker, upload))
    voice, _ = studio.make(replace(order, sample=recording.as_data()))
    return voice


def check_budget(context: Context, order: VoiceOrder, observer: Observer) -> None:
    """Refuse a voice that would cross the budget of a day or a month, before anything is asked or sent.

    Raises:
        BudgetError: it would.
        UsageError: its price is not known, or is in another currency.
    """
    if context.is_sandbox:
        return
    with open_ledger(observer.warn) as ledger:
        budget = context.open_period_budget(ledger)
        if budget:
            budget.check_fee(bill_name(order.maker.id, order.kind))


@contextmanager
def open_studio(context: Context, observer: Observer) -> Iterator[Studio]:
    """Open what makes voices at the server of the settings."""
    timeouts = Timeouts(total=context.settings.number("timeout", Timeouts().total))
    with (
        open_target(context, "", observer) as (target, find_key),
        open_ledger(observer.warn) as ledger,
        VoiceClient(
            target.endpoint, find_key(), timeouts=timeouts, storage_suffix=load_catalog().audio_host_suffix
        ) as client,
    ):
        yield Studio(
            client=client,
            server=context.billing_region,
            profile=context.profile or "",
            is_fleeting=context.is_sandbox,
            observer=observer,
            ledger=ledger,
            budget=None if context.is_sandbox else context.open_period_budget(ledger),
            timing=Timing(),
        )


def _not_ready(voice: OwnVoice, limit_s: float) -> NetworkError:
    return NetworkError(
        f"the voice {voice.name} is not ready after {limit_s:g} s ({voice.status})",
        hint=f"It goes on being made; 'qwentts voices wait {voice.name}' waits for it.",
    )


def _given_up(voice: OwnVoice) -> RejectedError:
    return RejectedError(
        f"the service did not put the voice {voice.name} to use ({voice.status})",
        hint=f"Try another sample or description; 'qwentts voices delete {voice.name}' removes it.",
    )
