"""One's own voices, shown: after they were made, and as a list of what the service has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import replace

from qwentts_cli.cli.console.observer import ConsoleObserver
from qwentts_cli.cli.console.progress import Progress
from qwentts_cli.cli.voices.facts import has_ended
from qwentts_cli.cli.voices.table import where_ended
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.own_voices.makers import bill_name
from qwentts_cli.wording import about, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.cli.console.invocation import Invocation
    from qwentts_cli.dashscope.own_voices.voices import VoiceOrder
    from qwentts_cli.settings.own_voices import OwnVoice
    from qwentts_cli.speech.own_voices.studio import Studio

NameOption = Annotated[
    str, typer.Option("--name", metavar="NAME", help="The name of the voice here, as in -v NAME.")
]
WaitOption = Annotated[
    float,
    typer.Option("--wait", metavar="SEC", min=0, max=3600, help="How long to wait until the voice is ready."),
]
USUAL_WAIT_S = 300.0
_DAY_S = 86_400
_GONE = "gone"
_MARK = "*"
_COLUMNS = ("Name", "Model", "Status", "Age", "Id")


def list_mine(run: Invocation) -> None:
    """List all voices of the account, with the names they have here; those found anew are remembered."""
    from qwentts_cli.speech.own_voices.account import list_account
    from qwentts_cli.speech.own_voices.studio import open_studio

    with ConsoleObserver(run.output) as observer, open_studio(run.context, observer) as studio:
        found = list_account(studio)
    rows = [replace(row.voice, status=_GONE) if row.is_gone else row.voice for row in found]
    if run.output.is_json:
        run.output.document({"voices": [voice_document(voice) for voice in rows]})
    elif run.output.is_terminal:
        run.output.lines(_table(rows))
        run.output.note(_legend(rows))
    else:
        run.output.lines("\t".join(_cells(voice)) for voice in rows)


def wait_for(run: Invocation, studio: Studio, voice: OwnVoice, limit_s: float) -> OwnVoice:
    """Wait until a voice is ready, and tell meanwhile how far it is."""
    if not voice.is_ready and limit_s:
        run.output.note(f"waiting until {voice.name} is ready; Ctrl-C leaves it to be made without you")
        with Progress(run.output) as progress:

            def tell(status: str, passed_s: float) -> None:
                progress.reach(0, lambda: [f"{voice.name}: {status}", about(passed_s)])

            return studio.wait(voice, limit_s, tell)
    return voice


def show_made(
    run: Invocation, voice: OwnVoice, order: VoiceOrder | None = None, *, preview: str | None = None
) -> None:
    """Show a voice: its line on stdout, and how to use it; `order` is what was just paid for."""
    fee = run.context.prices.fee(bill_name(order.maker.id, order.kind)) if order else None
    if run.output.is_json:
        more = {"preview": preview} if preview else {}
        cost = {"cost": float(fee.amount) if fee else None, "currency": fee.currency if fee else None}
        run.output.document({"voice": voice_document(voice)} | (cost if order else {}) | more)
    else:
        run.output.lines([("  " if run.output.is_terminal else "\t").join(_cells(voice))])
    if run.context.is_sandbox:
        run.output.note("the sandbox ends with this command, and the voice with it; 'qwentts sandbox' stays")
    elif voice.is_ready:
        run.output.note(f"to use it: qwentts say -v {voice.name} 'Hello.'")
    else:
        run.output.note(f"it is not ready; 'qwentts voices wait {voice.name}' waits for it")


def voice_document(voice: OwnVoice) -> dict[str, Any]:
    """The stable shape of an own voice for scripts."""
    return {
        "name": voice.name,
        "id": voice.id,
        "model": voice.model,
        "maker": voice.maker,
        "status": voice.status,
        "created": voice.created or None,
        "model_has_ended": model_has_ended(voice),
        "server": voice.server,
    }


def fee_tag(run: Invocation, order: VoiceOrder) -> str:
    """What the making costs, for people; empty where that is not known."""
    prices = run.context.prices
    return prices.tag(prices.fee(bill_name(order.maker.id, order.kind)))


def age_of(created: str) -> str:
    """How long ago the service says a voice was made; its times are those of Greenwich."""
    try:
        moment = datetime.fromisoformat(created).replace(tzinfo=UTC)
    except ValueError:
        return ""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    return plural(int(seconds // _DAY_S), "day") if seconds >= 2 * _DAY_S else about(seconds)


def model_has_ended(voice: OwnVoice) -> bool:
    """Whether the announced end of its only model has come in any region."""
    known = load_catalog().models.get(voice.model)
    return bool(known and has_ended(known, datetime.now().astimezone().date()))


def _cells(voice: OwnVoice) -> tuple[str, ...]:
    return (voice.name, voice.model, voice.status, voice.created, voice.id)


def _table(voices: list[OwnVoice]) -> Iterator[str]:
    from rich.cells import cell_len

    rows = [_COLUMNS, *map(_shown, voices)]
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _shown(voice: OwnVoice) -> tuple[str, ...]:
    mark = _MARK if model_has_ended(voice) else ""
    return (
        voice.name,
        f"{voice.model}{mark}",
        voice.status,
        age_of(voice.created),
        "" if voice.id == voice.name else voice.id,
    )


def _legend(voices: list[OwnVoice]) -> str:
    facts = [f"{plural(len(voices), 'voice')} of your own"]
    if any(map(model_has_ended, voices)):
        facts.append(f"{_MARK} this model has ended {where_ended()}")
    if any(voice.status == _GONE for voice in voices):
        facts.append(f"{_GONE}: the service does not have it for this key")
    return "; ".join(facts)
