"""A database for a while, beside the one that a URL names on the same server: nothing that exists is touched."""

import secrets
from urllib.parse import quote, urlsplit

from fairday.adapters.database import mysql, postgresql
from fairday.adapters.database.address import address_of

TIMEOUT_MS = 60_000
NAME_CHARACTERS = 40  # of the other's name; the longest that either engine takes is 63


async def make_beside(url: str) -> str:
    """The URL of a new, empty database; whoever connects there must be allowed to create one."""
    address = address_of(url)
    kept = "".join(character for character in address.name.lower() if character.isalnum())[:NAME_CHARACTERS]
    name = f"{kept}_{secrets.token_hex(6)}"
    await _run(url, f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{quote(name)}").geturl()


async def drop_beside(url: str, made: str) -> None:
    """Take away what `make_beside(url)` made."""
    name = address_of(made).name
    assert name != address_of(url).name, "only what was made here"
    await _run(url, f"DROP DATABASE {name}" + (" WITH (FORCE)" if url.startswith("postgresql") else ""))


async def _run(url: str, statement: str) -> None:
    address = address_of(url)
    if address.scheme == "postgresql":
        server = await postgresql.connect_to(address, TIMEOUT_MS)
        try:
            await server.execute(statement)
        finally:
            await server.close()
        return
    session = await mysql.connect_to(address, TIMEOUT_MS)
    try:
        await session.query(statement)
    finally:
        await session.ensure_closed()
