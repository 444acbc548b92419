"""`qwentts models`: what can be spoken with."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import Struct

from qwentts_cli.cli.console.invocation import Invocation, begin
from qwentts_cli.dashscope.catalog import Catalog, load_catalog
from qwentts_cli.dashscope.catalog.rows import Model
from qwentts_cli.dashscope.endpoint import Endpoint, custom_endpoint, find_region
from qwentts_cli.dashscope.listed_models import ListedModel, fetch_models, kept_models
from qwentts_cli.dashscope.names import choose_model
from qwentts_cli.errors import AuthError, QwenTTSError, UsageError
from qwentts_cli.settings.credentials import ApiKey
from qwentts_cli.settings.paths import catalog_file
from qwentts_cli.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwentts_cli.cli.console.output import Output

_COLUMNS = ("model", "endpoint", "price", "rpm", "ends", "takes")
# With less, some columns are left out; 'qwentts models MODEL' shows them.
_ROOM_FOR_ALL = 130
_LEFT_OUT = {"endpoint", "rpm", "takes"}
# With less, long names are wrapped too.
_ROOM_FOR_NAMES = 70


def models(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[MODEL]", help="Show everything about one.")] = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the service too, for free; its answer is kept for a day.")
    ] = False,
) -> None:
    """List the models: what each takes and costs, and until when.

    $ qwentts models
    $ qwentts models qwen3-tts-instruct-flash
    """
    run = begin(context)
    catalog = load_catalog()
    listed = _listed(run) if online else None
    rows = [*_known(catalog, _region(run), listed), *_newer(catalog, listed)]
    if name:
        wanted = choose_model(catalog, name).wire
        rows = [row for row in rows if row.id == wanted]
        if not rows:
            raise UsageError(f"there is no model {name!r} in the catalogue", hint="See 'qwentts models'.")
    if run.output.is_json:
        documents = [row.document(catalog) for row in rows]
        run.output.document(documents[0] if name else {"models": documents})
    elif name:
        run.output.lines(
            f"{key}: {_shown(value)}" for key, value in rows[0].document(catalog).items() if value
        )
    else:
        _show_table(run.output, rows)
        run.output.note(_legend(catalog, rows))


class _Row(Struct, frozen=True):
    """One model, as the catalogue has it in one region, and as the service lists it where it was asked."""

    id: str
    endpoint: str
    region: str
    known: Model | None
    listed: ListedModel | None
    is_asked: bool

    @property
    def rpm(self) -> int | None:
        if self.listed and self.listed.rpm:
            return self.listed.rpm
        return self.known.rpm if self.known else None

    @property
    def ends(self) -> str:
        """What the service says stands above what was announced."""
        if self.listed and self.listed.ends:
            return self.listed.ends
        ends = self.known.ends if self.known else {}
        return ", ".join(f"{end.date} ({region})" for region, end in ends.items())

    @property
    def has_ended(self) -> bool:
        """Whether one of these days has come."""
        days = re.findall(r"\d{4}-\d{2}-\d{2}", self.ends)
        return bool(days) and min(days) <= datetime.now().astimezone().date().isoformat()

    @property
    def price(self) -> str:
        if self.known and (price := self.known.prices.get(self.region)):
            return str(price)
        return (
            f"listed: {', '.join(self.listed.prices.values())}" if self.listed and self.listed.prices else ""
        )

    @property
    def takes(self) -> str:
        return " ".join(sorted(self.known.takes)) if self.known else "(not in this release's catalogue)"

    def cells(self) -> tuple[str, ...]:
        ends = f"ended {self.ends}" if self.has_ended else self.ends or "-"
        if self.is_asked and not self.listed:
            ends = "(the service does not list it)"
        return (self.id, self.endpoint, self.price or "-", str(self.rpm or "-"), ends, self.takes)

    def document(self, catalog: Catalog) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "id": self.id,
            "endpoint": self.endpoint,
            "summary": self.known.summary if self.known else self.listed.description if self.listed else "",
            "price": self.price or None,
            "requests_a_minute": self.rpm,
            "ends": self.ends or None,
            "has_ended": self.has_ended,
        }
        if self.listed:
            facts["listed_prices"] = self.listed.prices
        if self.is_asked:
            facts["is_listed"] = self.listed is not None
        return facts | (_catalogue_facts(catalog, self.known, self.region) if self.known else {})


def _catalogue_facts(catalog: Catalog, model: Model, region: str) -> dict[str, Any]:
    price = model.prices.get(region)
    named = {"model": model.source, "price": price.source if price else ""}
    named |= {f"end in {where}": end.source for where, end in model.ends.items()}
    return {
        "takes": sorted(model.takes),
        "languages": list(model.languages),
        "max_units": model.max_units,
        "voices": len(catalog.voices_of(model)),
        "default_voice": model.default_voice,
        "regions": list(model.regions),
        "successor": ", ".join(sorted({end.successor for end in model.ends.values()})) or None,
        "sources": {fact: str(catalog.sources[source]) for fact, source in named.items() if source},
    }


def _known(catalog: Catalog, region: str, listed: list[ListedModel] | None) -> Iterator[_Row]:
    by_id = {model.id: model for model in listed or []}
    for model in catalog.models.values():
        yield _Row(model.id, model.endpoint, region, model, by_id.get(model.id), listed is not None)


def _newer(catalog: Catalog, listed: list[ListedModel] | None) -> Iterator[_Row]:
    for model in listed or []:
        if model.id not in catalog.models:
            yield _Row(model.id, catalog.endpoint_of(model.id), "", None, model, is_asked=True)


def _show_table(output: Output, rows: list[_Row]) -> None:
    lines = [row.cells() for row in rows]
    if not output.is_terminal:
        output.lines(_aligned([_COLUMNS, *lines]))
        return
    from qwentts_cli.cli.console.table import TerminalTable

    shown = TerminalTable(output)
    columns = [name for name in _COLUMNS if shown.width >= _ROOM_FOR_ALL or name not in _LEFT_OUT]
    for name in columns:
        is_whole = name == "model" and shown.width >= _ROOM_FOR_NAMES
        shown.table.add_column(name, overflow="fold", no_wrap=is_whole)
    for cells in lines:
        named = dict(zip(_COLUMNS, cells, strict=True))
        named["price"] = named["price"].replace("characters", "chars")
        shown.table.add_row(*(named[name] for name in columns))
    shown.show()


def _aligned(lines: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(line[column]) for line in lines) for column in range(len(_COLUMNS))]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _legend(catalog: Catalog, rows: list[_Row]) -> str:
    prices = (row.known.prices.get(row.region) for row in rows if row.known)
    days = sorted({str(catalog.sources[price.source].date) for price in prices if price})
    facts = [plural(len(rows), "model"), f"prices of {', '.join(days)}" if days else ""]
    return "; ".join([*filter(None, facts), "'qwentts models MODEL' has the source and the day of each fact"])


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {text}" for key, text in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _region(run: Invocation) -> str:
    found = run.context.settings.first("base_url", "region")
    if found is None or run.context.is_sandbox:
        return load_catalog().default_region
    return find_region(str(found.value)).name if found.name == "region" else ""


def _listed(run: Invocation) -> list[ListedModel] | None:
    """What the service lists, asked at most once a day; `None` where it does not tell.

    Raises:
        AuthError: it refused the key.
    """
    from qwentts_cli.dashscope.client import SpeechClient
    from qwentts_cli.dashscope.transport.session import Timeouts

    with _server(run) as (endpoint, key):
        kept = kept_models(endpoint)
        if (models := kept.read()) is not None:
            return models
        timeouts = Timeouts(total=run.context.settings.number("timeout", Timeouts().connect * 3))
        suffix = load_catalog().audio_host_suffix
        try:
            with SpeechClient(endpoint, key, timeouts=timeouts, audio_host_suffix=suffix) as client:
                models = fetch_models(client)
        except AuthError:
            raise
        except QwenTTSError as error:
            run.output.warn(f"the service does not list its models ({error.message}); this is the catalogue")
            return None
    kept.write(models)
    return models


@contextmanager
def _server(run: Invocation) -> Iterator[tuple[Endpoint, ApiKey]]:
    if not run.context.is_sandbox:
        yield run.context.endpoint, run.context.key
        return
    from qwentts_cli.sandbox.server import Sandbox

    with Sandbox(own_catalog=catalog_file()) as sandbox:
        yield custom_endpoint(sandbox.base_url), ApiKey("sk-sandbox", "the sandbox itself")
