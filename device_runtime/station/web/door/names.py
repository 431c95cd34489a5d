"""By which names the page may be asked for, and where a request comes from.

A page of somebody else can make a browser ask this machine by a name of its own (DNS rebinding), but not by an address:
so names are compared, and addresses are let through.
"""

from __future__ import annotations

import ipaddress
import re
import socket

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,60})\]|([A-Za-z0-9.-]{1,253}))(?::\d{1,5})?", re.ASCII)


def is_loopback(address: str) -> bool:
    """Whether only programs of this machine reach an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def own_names() -> frozenset[str]:
    """What this machine is called."""
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, name.partition(".")[0] + ".local"})


def is_own_host(host: str, names: frozenset[str]) -> bool:
    """Whether the Host of a request is this machine.

    Args:
        host: as the header has it, with or without a port.
        names: in small letters.
    """
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = (found[1] or found[2]).lower()
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return found[1] is None and name in names
    return True


def is_same_origin(host: str, origin: str | None, site: str | None) -> bool:
    """Whether the page that sends a request is one of ours.

    Args:
        host: the header Host.
        origin: the header Origin.
        site: the header Sec-Fetch-Site, which no page can set.
    """
    if site is not None and site != "same-origin":
        return False
    return origin is not None and origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")
