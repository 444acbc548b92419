"""Which server is asked: a region of the catalogue, a workspace's own host, or any base URL."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from qwentts_cli.dashscope.catalog import Region, load_catalog
from qwentts_cli.errors import UsageError
from qwentts_cli.wording import suggest

# Hosts of the same domain that serve more than one workspace.
_SHARED = {"trial", "token-plan"}
API_PATH = "/api/v1"
# The vendor's SDK accepts these workspace ids (its common/env.py).
_WORKSPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`base_url` has no slash at its end; `label` names the server in messages."""

    base_url: str
    label: str
    region: str | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

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
        if not _WORKSPACE.fullmatch(workspace):
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
    known = [*regions, "sandbox"]
    raise UsageError(
        f"there is no region {name!r}",
        hint=suggest(wanted, known, "Regions"),
    )


def custom_endpoint(base_url: str) -> Endpoint:
    """Check a base URL; where it names only a host, the API's usual path is added.

    Raises:
        UsageError: it is no https URL (http is for loopback only), or carries a user name or a query.
    """
    url = base_url.strip().rstrip("/")
    if "://" not in url:
        raise _refused("it has no scheme", f"Did you mean https://{url}?" if _HOST.match(url) else "")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("it is not a URL") from None
    if parts.scheme not in {"http", "https"}:
        raise _refused("only https is spoken, and http on this machine")
    if "@" in parts.netloc:
        raise _refused(
            "it carries a user name, which would replace the key", "Remove what stands before '@'."
        )
    if not is_loopback(host) and not _HOST.fullmatch(host):
        raise _refused("its host is not a host name")
    if parts.query or parts.fragment or not url.isprintable():
        raise _refused("it goes on behind the path")
    if parts.scheme == "http" and not is_loopback(host):
        raise _refused("over http the key would travel in the clear", "Use https; http is for this machine.")
    label = f"{host}:{port}" if port else host
    return Endpoint(url if parts.path else url + API_PATH, label)


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine: a loopback address, or a name that has only such addresses."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        pass
    if not _HOST.fullmatch(host) or not host.lower().endswith("localhost"):
        return False
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(row[4][0]).is_loopback for row in found)


def _refused(reason: str, hint: str = "") -> UsageError:
    return UsageError(f"the base URL cannot be used: {reason}", hint=hint)
