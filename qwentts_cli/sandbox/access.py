"""Keys: which are taken, and at which region's and workspace's address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwentts_cli.sandbox.http.reply import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qwentts_cli.sandbox.http.exchange import Exchange

_GRANT = re.compile(r"(?P<key>[^=]+)=(?P<region>[a-z]+)(?:/(?P<workspace>[A-Za-z0-9][A-Za-z0-9_-]{0,63}))?")
# Keys of a Coding or Token Plan, which have hosts of their own.
_PLAN_PREFIX = "sk-sp-"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHome:
    """Where a key is from; without a `workspace` it may name any."""

    region: str
    workspace: str = ""


def read_grants(grants: Iterable[str], regions: Iterable[str]) -> dict[str, KeyHome]:
    """Read `KEY=REGION` and `KEY=REGION/WORKSPACE`.

    Raises:
        ValueError: one of them is something else, or the region is unknown.
    """
    homes = {}
    for grant in grants:
        found = _GRANT.fullmatch(grant)
        if found is None:
            raise ValueError("a key's region is written KEY=REGION or KEY=REGION/WORKSPACE")
        if found["region"] not in set(regions):
            raise ValueError(f"there is no region {found['region']!r}: one of {', '.join(regions)}")
        homes[found["key"]] = KeyHome(region=found["region"], workspace=found["workspace"] or "")
    return homes


class Access:
    """Decides who is let in.

    Args:
        homes: the keys that are taken; none means every key that begins with sk-, everywhere.
    """

    def __init__(self, homes: Mapping[str, KeyHome]) -> None:
        self._homes = homes

    @property
    def summary(self) -> str:
        """Say in a sentence which keys are taken; never the keys."""
        if not self._homes:
            return "Any key that starts with sk- is taken."
        places = sorted({f"{home.workspace}.{home.region}".lstrip(".") for home in self._homes.values()})
        return f"Keys are taken of {', '.join(places)} only."

    def check(self, exchange: Exchange) -> None:
        """Check key, region and workspace of a request.

        Raises:
            ServiceError: 401: no such key here, or not of this workspace.
        """
        scheme, _, key = exchange.header("Authorization").partition(" ")
        home = self._home(scheme, key.strip())
        if home is None:
            return
        if exchange.region and home.region != exchange.region:
            raise _bad_key()
        wanted = exchange.workspace or exchange.header("X-DashScope-WorkSpace")
        if wanted and home.workspace and wanted != home.workspace:
            raise ServiceError(
                401,
                "NOT AUTHORIZED",
                "Access denied: Either you are not authorized to access this workspace, or the workspace "
                "does not exist.",
            )

    def _home(self, scheme: str, key: str) -> KeyHome | None:
        if scheme.lower() != "bearer" or not key:
            raise _bad_key()
        if self._homes:
            if key not in self._homes:
                raise _bad_key()
            return self._homes[key]
        if not key.startswith("sk-") or key.startswith(_PLAN_PREFIX):
            raise _bad_key()
        return None


def _bad_key() -> ServiceError:
    return ServiceError(401, "InvalidApiKey", "Invalid API-key provided.")
