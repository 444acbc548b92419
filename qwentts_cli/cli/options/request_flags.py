"""How the service is asked, and what that may cost."""

from __future__ import annotations

from typing import Annotated

import typer

from qwentts_cli.cli.options.flag_groups import FlagGroup
from qwentts_cli.speech.options import CacheUse, RequestOptions

JobsFlag = Annotated[
    str | None, typer.Option("-j", "--jobs", metavar="N", help="How many requests to make at the same time.")
]
MaxCostFlag = Annotated[
    str | None,
    typer.Option(
        "--max-cost",
        metavar="AMOUNT",
        help="Stop before this run costs more, such as 2.50 or 2.50USD; see the setting 'budget' too.",
    ),
]
DryRunFlag = Annotated[bool, typer.Option("--dry-run", help="Show what it would take; send nothing.")]
RefreshFlag = Annotated[bool, typer.Option("--refresh", help="Ignore cached audio and replace it.")]


class RequestFlags(FlagGroup, frozen=True, kw_only=True):
    jobs: JobsFlag = None
    rpm: Annotated[str | None, typer.Option("--rpm", metavar="N", help="Most requests per minute.")] = None
    max_cost: MaxCostFlag = None
    max_characters: Annotated[
        int | None,
        typer.Option(
            "--max-characters", metavar="N", min=0, help="Stop before this run is billed for more characters."
        ),
    ] = None
    retake: Annotated[
        int,
        typer.Option(
            "--retake",
            metavar="N",
            min=0,
            max=9,
            help="Ask again, up to N times, where a sound is too short or too long for its text.",
        ),
    ] = 0
    wait_network: Annotated[
        bool, typer.Option("--wait-network", help="Wait as long as it takes while there is no network.")
    ] = False
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Do not use the cache.")] = False
    refresh: RefreshFlag = False

    @property
    def options(self) -> RequestOptions:
        """What is not a setting."""
        return RequestOptions(
            max_cost=self.max_cost,
            max_characters=self.max_characters,
            cache_use=CacheUse(is_on=not self.no_cache, is_read=not self.refresh),
            retakes=self.retake,
            waits_for_network=self.wait_network,
        )
