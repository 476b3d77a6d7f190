"""By which names the page may be asked for, and which other pages may ask it: none."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping

SAFE = ("GET", "HEAD", "OPTIONS")  # methods that change nothing
OTHER_SITES = ("cross-site", "same-site")  # what a browser says of a request that another page made
HOSTS = "ANALYST_HOSTS"


class Hosts:
    """The names of the page that listens at ``host``.

    A name that points here through somebody else's name server would let their page read ours (DNS rebinding), so only
    names are answered that are known to be ours: those of this machine, and those that ``ANALYST_HOSTS`` lists,
    separated by commas. An address in figures is nobody's name.
    """

    def __init__(self, host: str) -> None:
        listening = host.strip("[]").casefold()
        self._only_here = is_this_machine(listening)
        names = {"localhost", *filter(None, map(_plain, os.environ.get(HOSTS, "").split(",")))}
        if not self._only_here:
            names |= {listening, *map(_plain, (socket.gethostname(), socket.getfqdn()))}
        self._names = names
        self._any = in_space()  # the hub's own gate decides which names lead here

    def knows(self, header: str) -> bool:
        """Whether the Host header of a request names this page."""
        name = _plain(header)
        return (
            self._any or name in self._names or (_is_address(name) and (not self._only_here or is_this_machine(name)))
        )


def is_foreign(method: str, headers: Mapping[str, str]) -> bool:
    """Whether another page makes this request: a visit is allowed, to send or to fetch something is not. Browsers say
    so themselves, which also holds behind a proxy that renames the host; of old ones the Origin is compared.
    """
    if site := headers.get("sec-fetch-site"):
        visit = method in SAFE and headers.get("sec-fetch-mode", "navigate") == "navigate"
        return site in OTHER_SITES and not visit
    origin = headers.get("origin")
    return (
        method not in SAFE and origin is not None and origin.partition("://")[2].casefold() != headers.get("host", "")
    )


def is_this_machine(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def in_space() -> bool:
    """Whether this is a Hugging Face Space: they all set SPACE_ID."""
    return bool(os.environ.get("SPACE_ID"))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _plain(header: str) -> str:
    """The name without port, brackets and case."""
    name = header.strip().casefold()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return (name.rpartition(":")[0] if name.count(":") == 1 else name).rstrip(".")
