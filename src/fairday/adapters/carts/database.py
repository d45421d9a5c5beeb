"""`database:` keeps each cart as one JSON document; the version column makes every write a compare-and-set."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import bindparam, delete, select, update

from fairday.adapters.carts.tables import CARTS
from fairday.domain.carts import Cart
from fairday.kernel.batch import Batch
from fairday.kernel.clock import Clock
from fairday.kernel.sql import Statement, insert_new, within
from fairday.ports.database import Database


class DatabaseCarts:
    """The Carts port on the relational database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._writes: Batch[Cart, bool] = Batch(self._put_many)

    async def get_many(self, cart_ids: Sequence[str]) -> dict[str, Cart]:
        """The live carts among these ids."""
        async with self._database.read() as reader:
            rows = await reader.rows(_LIVE, ids=list(cart_ids), now_ms=self._clock.now_ms())
        return {cart.id: cart for cart in (_CART.decode(row[0]) for row in rows)}

    async def put(self, cart: Cart) -> bool:
        """Write over the version that was read, or not at all. Carts that come at once share a commit."""
        try:
            return await self._writes.ask(cart)
        except _TakenError:
            return False

    async def _put_many(self, carts: Sequence[Cart]) -> list[bool | Exception]:
        """All of them, or none: which of several was taken is found one by one."""
        new = [_row(cart) for cart in sorted(carts, key=_id) if cart.version == 0]
        known = [_changed_row(cart) for cart in sorted(carts, key=_id) if cart.version]
        async with self._database.write() as unit:
            written = await unit.run_many(_INSERT, new) + await unit.run_many(_REPLACE, known)
            if written != len(carts):
                raise _TakenError
        return [True] * len(carts)

    async def delete_many(self, cart_ids: Sequence[str]) -> None:
        """Forget these carts."""
        async with self._database.write() as unit:
            await unit.run(_DELETE, ids=list(cart_ids))

    async def delete_expired(self, now_ms: int, limit: int) -> int:
        """Forget the carts that expired first."""
        async with self._database.write() as unit:
            ids = [row[0] for row in await unit.rows(_EXPIRED, now_ms=now_ms, limit=limit)]
            return await unit.run(_DELETE, ids=ids) if ids else 0


class _TakenError(Exception):
    """One of these carts is there already, or another version of it is."""


def _id(cart: Cart) -> str:
    return cart.id


def _row(cart: Cart) -> dict[str, object]:
    after = replace(cart, version=cart.version + 1)
    body = msgspec.json.encode(after).decode()
    return {"id": cart.id, "version": after.version, "expires_ms": cart.expires_ms, "body": body}


def _changed_row(cart: Cart) -> dict[str, object]:
    return {"b_before": cart.version} | {f"b_{name}": value for name, value in _row(cart).items()}


_CART = msgspec.json.Decoder(Cart)
_LIVE = Statement(select(CARTS.c.body).where(within(CARTS.c.id, "ids"), CARTS.c.expires_ms > bindparam("now_ms")))
_INSERT = insert_new(CARTS)
_REPLACE = Statement(
    update(CARTS)
    .where(CARTS.c.id == bindparam("b_id"), CARTS.c.version == bindparam("b_before"))
    .values(version=bindparam("b_version"), expires_ms=bindparam("b_expires_ms"), body=bindparam("b_body"))
)
_DELETE = Statement(delete(CARTS).where(within(CARTS.c.id, "ids")))
_EXPIRED = Statement(
    select(CARTS.c.id)
    .where(CARTS.c.expires_ms < bindparam("now_ms"))
    .order_by(CARTS.c.expires_ms)
    .limit(bindparam("limit"))
)
