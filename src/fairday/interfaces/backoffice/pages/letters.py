"""The letters that were sent, for whoever develops the shop on this machine: at `/mail`, without signing in.

Letters hold links that open accounts, so the page exists in development only and answers this machine only: a
connection from the loopback, under a name of the loopback (a page elsewhere can point its own name here), not passed
on by a proxy.
"""

import ipaddress
import re

from msgspec import Struct

from fairday.interfaces.backoffice.doors import ANYONE, Answer, Doors
from fairday.interfaces.backoffice.visit import Visit
from fairday.kernel.errors import NotFound
from fairday.ports.mail import Letter

DOORS = Doors("")
SHOWN = 50
PASSED_ON = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_HERE = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?")
_ADDRESS = re.compile(r"(https?://[^\s<>\"]+)")


class Piece(Struct, frozen=True):
    """A piece of a letter's text; `href` when it leads into the shop."""

    text: str
    href: str = ""


class ShownLetter(Struct, frozen=True):
    """A letter, its text with its links."""

    letter: Letter
    pieces: tuple[Piece, ...]


@DOORS.get("/mail", ANYONE)
async def show_letters(visit: Visit) -> Answer:
    if not (visit.shop.settings.development and _is_from_here(visit)):
        raise NotFound
    letters = await visit.shop.mail.sent(SHOWN)
    base = visit.shop.settings.base_url
    return visit.page(
        "letters",
        visit.text("office-mail"),
        letters=[ShownLetter(letter, _pieces(letter.text, base)) for letter in letters],
    )


def _pieces(text: str, base: str) -> tuple[Piece, ...]:
    return tuple(Piece(part, part if part.startswith(f"{base}/") else "") for part in _ADDRESS.split(text) if part)


def _is_from_here(visit: Visit) -> bool:
    headers = visit.request.headers
    passed_on = any(one in headers for one in PASSED_ON)
    return _is_loopback(visit.source) and _HERE.fullmatch(headers.get("host", "")) is not None and not passed_on


def _is_loopback(source: str) -> bool:
    try:
        return ipaddress.ip_address(source).is_loopback
    except ValueError:
        return False
