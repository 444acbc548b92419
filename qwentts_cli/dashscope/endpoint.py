"""Which server is asked: a region of the catalogue, a workspace's own host, or any base URL."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwentts_cli.dashscope.address import Address, parse_address
from qwentts_cli.dashscope.catalog import load_catalog
from qwentts_cli.errors import UsageError
from qwentts_cli.wording import suggest

if TYPE_CHECKING:
    from qwentts_cli.dashscope.catalog.rows import Region

# Hosts of the same domain that serve more than one workspace.
_SHARED = {"trial", "token-plan"}
API_PATH = "/api/v1"
# The vendor's SDK accepts these workspace ids (its common/env.py).
_WORKSPACE = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"


class Endpoint(Struct, frozen=True):
    """`base_url` has no slash at its end; `label` names the server in messages."""

    base_url: str
    label: str
    region: str | None = None

    @property
    def host(self) -> str:
        return self.address.host

    @property
    def address(self) -> Address:
        return parse_address(self.base_url)

    @property
    def is_workspace(self) -> bool:
        """Whether it is the host of one workspace."""
        owner, _, domain = self.host.partition(".")
        patterns = [region.workspace_host or "" for region in load_catalog().regions.values()]
        return owner not in _SHARED and f"{{workspace}}.{domain}" in patterns

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)


def region_endpoint(name: str, workspace: str | None = None) -> Endpoint:
    """The server of a region, or of one workspace in it.

    Raises:
        UsageError: the region is unknown, the workspace id is malformed, or the region has no shared host.
    """
    region = find_region(name)
    if workspace:
        if not re.fullmatch(_WORKSPACE, workspace):
            raise UsageError("the workspace id may have only letters, digits, - and _")
        if not region.workspace_host:
            raise UsageError(
                f"region {region.name} ({region.title}) has one host for all its workspaces",
                hint="Remove the workspace: 'qwentts config unset workspace'.",
            )
        host = region.workspace_host.format(workspace=workspace)
    elif region.host:
        host = region.host
    else:
        raise UsageError(
            f"region {region.name} ({region.title}) has no host for all: it needs a workspace",
            hint="Set one with 'qwentts config set workspace ID'.",
        )
    return Endpoint(f"https://{host}{API_PATH}", f"{region.name}, {host}", region.name)


def find_region(name: str) -> Region:
    """Find a region by its name here or by the service's id of it, such as cn-beijing."""
    regions = load_catalog().regions
    wanted = name.strip().lower()
    for region in regions.values():
        if wanted in {region.name, region.id}:
            return region
    placed = [region.name for region in regions.values() if wanted and wanted in region.title.lower()]
    raise UsageError(
        f"there is no region {name!r}",
        hint=f"Did you mean {' or '.join(placed)}?"
        if placed
        else suggest(wanted, [*regions, "sandbox"], "Regions"),
    )


def custom_endpoint(base_url: str) -> Endpoint:
    """Check a base URL; where it names only a host, the API's usual path is added.

    Raises:
        UsageError: it is no https URL (http is for loopback only), contains a user name or a query, or is the
            address of another API.
    """
    url = base_url.strip().rstrip("/")
    if "://" not in url:
        scheme = "http" if is_loopback(re.split("[:/]", url)[0]) else "https"
        raise _refused("has no scheme", f"Did you mean {scheme}://{url}?" if url.isprintable() else "")
    try:
        address = parse_address(url)
    except ValueError as error:
        raise _refused(str(error)) from None
    if "?" in address.rest or "#" in address.rest:
        raise _refused("has a query or a fragment")
    if address.scheme == "http" and not is_loopback(address.host):
        raise _refused("would send the key in the clear", "Use https; http is for localhost only.")
    _check_path(address)
    return Endpoint(address.url if address.rest else address.url + API_PATH, address.authority)


def _check_path(address: Address) -> None:
    """Name the right path where another one of the same service was taken."""
    hint = f"Use {replace(address, rest=API_PATH).url}."
    if address.rest.endswith("/compatible-mode/v1"):
        raise _refused("is the path of the OpenAI-compatible API, which has no speech", hint)
    if "/services/" in address.rest:
        raise _refused("has more behind the path of the API", hint)


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: a loopback address, or a name that has only such addresses."""
    import ipaddress

    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    if host != "localhost" and not host.endswith(".localhost"):
        return False
    import socket

    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(row[4][0]).is_loopback for row in found)


def _refused(reason: str, hint: str = "") -> UsageError:
    return UsageError(f"the base URL cannot be used: it {reason}", hint=hint)
