"""Keys for other people's servers: made by an owner, shown once, checked on every call, revoked at once.

A key reads `fk_`, its id, and a secret of 160 bits, so that finding it is a look-up and proving it takes constant time.
"""

from collections.abc import Collection

from msgspec import Struct

from fairday.domain.access import Actor, ApiKey, Change, require
from fairday.domain.access import store as access
from fairday.domain.access.errors import BadApiKey, MissingScope
from fairday.domain.access.permissions import SCOPES, Scope, covers
from fairday.kernel.clock import MINUTE_MS
from fairday.kernel.errors import Invalid, NotFound
from fairday.kernel.ids import ID_LENGTH, is_id, new_id, new_token, token_hash, token_matches
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

PREFIX = "fk_"
LONGEST = 128
NAME_LENGTH = 120
USED_EVERY_MS = MINUTE_MS
_NO_HASH = token_hash("")


class NewApiKey(Struct, frozen=True):
    """A key and its text, which is shown once."""

    key: ApiKey
    text: str


async def create_api_key(shop: Shop, actor: Actor, name: str, scopes: Collection[str]) -> NewApiKey:
    """A key with `read`, `write` or both. Invalid."""
    require(actor.role, "api_keys.edit")
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Invalid(field="name", problem="error-field-required" if not name else "error-field-too-long")
    secret = new_token()
    key = ApiKey(
        id=new_id(),
        name=name,
        key_hash=token_hash(secret),
        scopes=_scopes(scopes),
        created_by=actor.id,
        created_ms=shop.clock.now_ms(),
    )
    async with shop.database.write() as unit:
        await access.insert_api_key(unit, key)
        details = {"name": key.name, "scopes": " ".join(sorted(key.scopes))}
        await write_audit(shop, unit, actor, Change("api_key.created", "api_key", key.id, details))
    return NewApiKey(key, f"{PREFIX}{key.id}{secret}")


async def list_api_keys(shop: Shop, actor: Actor) -> list[ApiKey]:
    """All keys, newest first, revoked ones too."""
    require(actor.role, "api_keys.view")
    async with shop.database.read() as reader:
        return await access.list_api_keys(reader)


async def revoke_api_key(shop: Shop, actor: Actor, key_id: str) -> None:
    """The key stops working now. NotFound when there is none that works."""
    require(actor.role, "api_keys.edit")
    async with shop.database.write() as unit:
        if not await access.revoke_api_key(unit, key_id, shop.clock.now_ms()):
            raise NotFound
        await write_audit(shop, unit, actor, Change("api_key.revoked", "api_key", key_id))


async def check_api_key(shop: Shop, text: str, scope: str, source: str = "") -> Actor:
    """Who calls. BadApiKey for what is not a working key, MissingScope when it may not do this.

    `used_ms` is written once a minute at most, so that reading with a key does not become writing.
    """
    rest = text.removeprefix(PREFIX)
    key_id, secret = rest[:ID_LENGTH], rest[ID_LENGTH:]
    shaped = text.startswith(PREFIX) and len(text) <= LONGEST and text.isascii() and is_id(key_id)
    key = None
    if shaped:
        async with shop.database.read() as reader:
            key = await access.find_api_key(reader, key_id)
    right = token_matches(secret if shaped else "-", key.key_hash if key else _NO_HASH)
    if key is None or not right or key.revoked_ms:
        raise BadApiKey
    if not covers(key.scopes, scope):
        raise MissingScope(scope=scope)
    now_ms = shop.clock.now_ms()
    if now_ms - key.used_ms >= USED_EVERY_MS:
        async with shop.database.write() as unit:
            await access.use_api_keys(unit, [key.id], now_ms)
    return Actor(kind="api_key", id=key.id, name=key.name, source=source)


def _scopes(wanted: Collection[str]) -> frozenset[Scope]:
    scopes = frozenset(scope for scope in SCOPES if scope in wanted)
    if not scopes or len(scopes) != len(set(wanted)):
        raise Invalid(field="scopes", problem="error-scope-unknown")
    return scopes
