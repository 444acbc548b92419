"""Who asks and who is asked: the settings of one run, and the server and key they lead to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.billing.ledger import SANDBOX_REGION
from qwentts_cli.billing.period_budget import PeriodBudget, PeriodLimit
from qwentts_cli.billing.price import PriceList, price_list
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.dashscope.endpoint import Endpoint, custom_endpoint, find_region, region_endpoint
from qwentts_cli.dashscope.request import AiLabel
from qwentts_cli.errors import UsageError
from qwentts_cli.settings.credentials import ApiKey, check_key, missing_key
from qwentts_cli.settings.resolve import KEY_SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwentts_cli.billing.ledger import UsageLedger
    from qwentts_cli.settings.resolve import Settings

SANDBOX = "sandbox"
_SANDBOX_PRODUCER = "qwentts sandbox"


class Context(Struct, frozen=True):
    """`profile` is the name of the profile in use, if any."""

    settings: Settings
    profile: str | None = None

    @property
    def is_sandbox(self) -> bool:
        """Whether the sandbox inside this process is to answer."""
        return self._base_url is None and self._region.strip().lower() == SANDBOX

    @property
    def endpoint(self) -> Endpoint:
        """The server to ask, other than the sandbox.

        Raises:
            UsageError: the region, workspace or base URL is not valid.
        """
        if self._base_url is not None:
            return self._checked_endpoint(self._base_url)
        with self.settings.blaming("region"):
            find_region(self._region)
        with self.settings.blaming("region", "workspace"):
            return region_endpoint(self._region, self.settings.text("workspace", "") or None)

    def _checked_endpoint(self, base_url: str) -> Endpoint:
        try:
            return custom_endpoint(base_url)
        except UsageError as error:
            found = self.settings.first("base_url")
            raise UsageError(
                f"{found.origin}: {error.message}" if found else error.message, hint=error.hint
            ) from error

    @property
    def key(self) -> ApiKey:
        """The API key; a program that is to give it is run now.

        Raises:
            AuthError: there is none, it is malformed, or the program failed.
        """
        return self.find_key()()

    def find_key(self) -> Callable[[], ApiKey]:
        """What gives the API key; a program that is to give it is run when it is called.

        Raises:
            AuthError: there is none, or it is malformed; or when it is called, the program failed.
        """
        found = self.settings.first(*KEY_SOURCES)
        if not found:
            raise missing_key()
        if isinstance(found.value, ApiKey):
            key = check_key(found.value, found.origin)
            return lambda: key
        return partial(_ask_for_key, str(found.value), found.origin)

    @property
    def prices(self) -> PriceList:
        """What characters cost there; the sandbox, which costs nothing, has those of the default region."""
        if self._base_url is not None:
            return price_list(None)
        if self.is_sandbox:
            return replace(price_list(load_catalog().default_region), is_pretended=True)
        with self.settings.blaming("region"):
            return price_list(find_region(self._region).name)

    @property
    def period_limit(self) -> PeriodLimit | None:
        """What may be spent in a day or a month, if that is limited."""
        return PeriodLimit.parse(self.settings.text("budget", ""))

    def open_period_budget(self, ledger: UsageLedger) -> PeriodBudget | None:
        """That limit, with what the ledger says was spent of it; `None` without one."""
        limit = self.period_limit
        if not limit:
            return None
        profile, region = self.profile or "", self.billing_region
        return PeriodBudget(limit, ledger=ledger, profile=profile, region=region, prices=self.prices)

    def ai_label(self, *, is_wanted: bool) -> AiLabel | None:
        """The label for sound of this server, if there is to be one."""
        if not is_wanted:
            return None
        producer = _SANDBOX_PRODUCER if self.is_sandbox else load_catalog().provider
        settings = self.settings
        return AiLabel(producer, settings.text("ai_label_by", ""), settings.text("ai_label_id", ""))

    @property
    def billing_region(self) -> str:
        """What the ledger knows the server by."""
        return SANDBOX_REGION if self.is_sandbox else self.endpoint.region or self.endpoint.host

    @property
    def _base_url(self) -> str | None:
        found = self.settings.first("base_url", "region")
        return str(found.value) if found and found.name == "base_url" else None

    @property
    def _region(self) -> str:
        return self.settings.text("region", load_catalog().default_region)


def _ask_for_key(command: str, origin: str) -> ApiKey:
    from qwentts_cli.settings.key_command import ask_for_key

    return check_key(ask_for_key(command, origin), f"api_key_command in {origin}")
