"""A shop whose every question to a database, a provider and a cart store can be watched, delayed or cut short.

Nothing in the product knows: the ports are wrapped. A `Watch` is awaited at every point with the point's name:

    unit-begins, statement, unit-ends (written, not committed), committed, read, question (a statement outside a unit),
    pay-before, pay-after and so on for capture, refund, void and find, cart-delete-before, cart-delete-after,
    send-before, send-after (letters)
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from fairday.domain.carts import Cart
from fairday.domain.payments import PaymentOutcome, PaymentRequest
from fairday.kernel.sql import Statement
from fairday.kernel.unit_of_work import Reader, Row, Writer
from fairday.ports.carts import Carts
from fairday.ports.database import Database
from fairday.ports.mail import Letter, Mail
from fairday.ports.payments import Payments
from fairday.usecases.shop import Shop

Watch = Callable[[str], Awaitable[None]]


def watched(shop: Shop, watch: Watch) -> Shop:
    """The same shop, with `watch` at every point."""
    return replace(
        shop,
        database=WatchedDatabase(shop.database, watch),
        carts=WatchedCarts(shop.carts, watch),
        payments={name: WatchedPayments(one, watch) for name, one in shop.payments.items()},
        mail=WatchedMail(shop.mail, watch),
    )


def jostled(shop: Shop, seed: int) -> Shop:
    """The same shop, where tasks of one loop overtake one another at every point, by a seed."""
    dice = random.Random(seed)

    async def wait(_: str) -> None:
        for _ in range(dice.randrange(4)):
            await asyncio.sleep(0)

    return watched(shop, wait)


class WatchedDatabase:
    def __init__(self, inner: Database, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    @asynccontextmanager
    async def read(self, **how: Any) -> AsyncIterator[Reader]:
        await self._watch("read")
        async with self._inner.read(**how) as reader:
            yield WatchedReader(reader, self._watch, "question")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        await self._watch("unit-begins")
        async with self._inner.write() as unit:
            yield WatchedWriter(unit, self._watch, "statement")
            await self._watch("unit-ends")
        await self._watch("committed")

    async def close(self) -> None:
        await self._inner.close()

    def __getattr__(self, name: str) -> Any:
        """What only one engine has, such as the path of its file."""
        return getattr(self._inner, name)


class WatchedReader:
    def __init__(self, inner: Any, watch: Watch, name: str) -> None:
        self._inner = inner
        self._watch = watch
        self._name = name

    async def rows(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        await self._watch(self._name)
        return await self._inner.rows(statement, **parameters)

    async def row(self, statement: Statement, /, **parameters: Any) -> Row | None:
        await self._watch(self._name)
        return await self._inner.row(statement, **parameters)


class WatchedWriter(WatchedReader):
    async def run(self, statement: Statement, /, **parameters: Any) -> int:
        await self._watch(self._name)
        return await self._inner.run(statement, **parameters)

    async def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]], /) -> int:
        await self._watch(self._name)
        return await self._inner.run_many(statement, rows)


class WatchedCarts:
    def __init__(self, inner: Carts, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    async def get_many(self, cart_ids: Sequence[str]) -> dict[str, Cart]:
        return await self._inner.get_many(cart_ids)

    async def put(self, cart: Cart) -> bool:
        return await self._inner.put(cart)

    async def delete_many(self, cart_ids: Sequence[str]) -> None:
        await self._watch("cart-delete-before")
        await self._inner.delete_many(cart_ids)
        await self._watch("cart-delete-after")

    async def delete_expired(self, now_ms: int, limit: int) -> int:
        return await self._inner.delete_expired(now_ms, limit)


class WatchedMail:
    def __init__(self, inner: Mail, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    async def send_many(self, letters: Sequence[Letter]) -> None:
        await self._watch("send-before")
        await self._inner.send_many(letters)
        await self._watch("send-after")

    async def sent(self, limit: int) -> list[Letter]:
        return await self._inner.sent(limit)


class WatchedPayments:
    def __init__(self, inner: Payments, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    async def pay(self, request: PaymentRequest) -> PaymentOutcome:
        return await self._call("pay", request)

    async def capture(self, order_id: str, amount: int) -> PaymentOutcome:
        return await self._call("capture", order_id, amount)

    async def refund(self, order_id: str, refund_id: str, amount: int) -> PaymentOutcome:
        return await self._call("refund", order_id, refund_id, amount)

    async def void(self, order_id: str) -> PaymentOutcome:
        return await self._call("void", order_id)

    async def find(self, order_ids: Sequence[str]) -> dict[str, PaymentOutcome]:
        return await self._call("find", order_ids)

    def __getattr__(self, name: str) -> Any:
        """What only the sandbox can do: its record, and the shopper's bank."""
        return getattr(self._inner, name)

    async def _call(self, name: str, *arguments: Any) -> Any:
        await self._watch(f"{name}-before")
        answer = await getattr(self._inner, name)(*arguments)
        await self._watch(f"{name}-after")
        return answer
