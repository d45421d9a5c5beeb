"""Clients of a store that keeps dying: they write down what they ask and what they hear, and ask again.

Each line goes into a file with O_APPEND before anything is sent and as soon as an answer is whole; `read_history` makes
the history of it that `tests.history` checks.
"""

import asyncio
import hashlib
import itertools
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import httpx
import msgspec

from fairday.kernel.ids import derived_id, new_id
from tests.calling import ADDRESS
from tests.history import Event

TOKENS = ("tok_ok",) * 8 + ("tok_lost_ack", "tok_timeout", "tok_declined")
WANTED = ({"MUG": 1}, {"MUG": 2, "LAMP": 1}, {"LAMP": 1, "MUG": 1}, {"LAST": 1})
UNCLEAR = {"busy", "payment_unknown", "commit_unknown"}
AGAIN = {*UNCLEAR, "in_flight", "too_many"}
PAUSE_S = 0.02
PATIENCE_S = 60.0


class UnansweredError(AssertionError):
    """Somebody asked for a minute and was never told anything."""


class Crowd:
    """Everybody who uses one store, whichever of its processes answers.

    `known` are orders that were acknowledged, with the token that opens each.
    """

    def __init__(self, urls: Sequence[str], log: Path, api_key: tuple[str, str]) -> None:
        self._addresses = itertools.cycle([f"{url}/api/v1" for url in urls])
        self.known: dict[str, str] = {}
        self.placed = 0
        self.unexpected: list[str] = []
        self.leaving = False
        self._key_id, self._key_text = api_key
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._calls = 0
        self._client = httpx.AsyncClient(timeout=10.0)

    async def close(self) -> None:
        await self._client.aclose()
        os.close(self._log)

    async def shop_on(self, dice: random.Random) -> None:
        """Buy one thing after another until it is time to leave; an order that was begun is seen through."""
        while not self.leaving:
            wanted = dice.choice(WANTED)
            cart = await self._insist(
                "cart", new_id(), {}, "/carts",
                {"currency": "EUR", "country": "DE", "lines": [{"sku": s, "quantity": n} for s, n in wanted.items()]},
            )  # fmt: skip
            if cart is None:
                continue
            body = {
                "cart_id": cart["id"], "email": f"{dice.randrange(50)}@shop.example", "address": ADDRESS,
                "shipping_method": cart["shipping_method"], "expected_total": cart["total"],
                "payment": {"provider": "sandbox", "token": dice.choice(TOKENS)},
            }  # fmt: skip
            said = {"total": cart["total"]["amount"], "lines": list(wanted.items())}
            key, clicks = new_id(), dice.choice((1, 1, 1, 2))
            answers = await asyncio.gather(
                *(self._insist("place", key, said, "/orders", body, token=cart["token"]) for _ in range(clicks))
            )
            for answer in answers:
                if answer:
                    self.known[answer["id"]] = answer["token"]
                    self.placed += answer["state"] == "placed"

    async def deal(self, dice: random.Random) -> None:
        """An agent sends, gives back and calls off."""
        while not self.leaving:
            await asyncio.sleep(PAUSE_S)
            if not self.known:
                continue
            order_id, key = dice.choice(list(self.known)), new_id()
            op, verb, body = dice.choice((
                ("ship", "shipments", {}), ("cancel", "cancel", {}),
                ("refund", "refunds", {"lines": [{"line_no": 1, "quantity": 1}]}),
            ))  # fmt: skip
            path = f"/orders/{order_id}/{verb}"
            effect = derived_id(f"key:{self._key_id}", f"{verb} {order_id}"[:64], _kept_as(path, key))
            said = {"order_id": order_id, "effect": effect, "lines": {}}
            await self._insist(op, key, said, path, body, token=self._key_text)

    async def look(self, dice: random.Random) -> None:
        """Somebody looks at orders they know of."""
        while not self.leaving:
            await asyncio.sleep(PAUSE_S)
            for order_id, token in list(self.known.items())[-3:]:
                call = self._write("invoke", "look", order_id)
                try:
                    answer = await self._client.get(
                        f"{next(self._addresses)}/orders/{order_id}", headers={"authorization": f"Bearer {token}"}
                    )
                except httpx.TransportError as lost:
                    self._tell(call, "info", problem=repr(lost))
                    continue
                state = answer.json().get("state", "") if answer.status_code in {200, 404} else None
                self._tell(call, "info" if state is None else "ok", state=state, version=0)

    async def _insist(
        self, op: str, key: str, said: dict[str, Any], path: str, body: dict[str, Any], *, token: str = ""
    ) -> dict[str, Any] | None:
        """Ask until there is an answer, which takes as long as the store is away; None for a no."""
        headers = {"idempotency-key": key, **({"authorization": f"Bearer {token}"} if token else {})}
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            call = self._write("invoke", op, _kept_as(path, key), said)
            try:
                answer = await self._client.post(f"{next(self._addresses)}{path}", json=body, headers=headers)
            except httpx.TransportError as lost:
                self._tell(call, "info", problem=repr(lost))
                await asyncio.sleep(PAUSE_S)
                continue
            document = answer.json()
            if answer.is_success:
                self._tell(call, "ok", **_told(op, document))
                return document
            if answer.status_code == 500:
                self.unexpected.append(f"{op} {key}: {answer.text}")
            code = document.get("code", "")
            self._tell(call, "info" if answer.status_code >= 500 or code in UNCLEAR else "fail", code=code)
            if answer.status_code != 500 and code not in AGAIN:
                return None
            await asyncio.sleep(PAUSE_S * 5)
        raise UnansweredError(f"{op} {key}")

    def _write(self, kind: Literal["invoke"], op: str, key: str, said: dict[str, Any] | None = None) -> int:
        self._calls += 1
        event = Event(at=time.monotonic(), call=self._calls, kind=kind, op=op, key=key, said=said or {})
        os.write(self._log, msgspec.json.encode(event) + b"\n")
        return self._calls

    def _tell(self, call: int, kind: Literal["ok", "fail", "info"], **said: Any) -> None:
        event = Event(at=time.monotonic(), call=call, kind=kind, said=said)
        os.write(self._log, msgspec.json.encode(event) + b"\n")


def read_history(log: Path) -> Sequence[Event]:
    """What was written down."""
    return [msgspec.json.decode(line, type=Event) for line in log.read_bytes().splitlines()]


def _kept_as(path: str, key: str) -> str:
    """A key as the API remembers it: under the address, and hashed."""
    return hashlib.sha256(f"POST {path}\x1f{key}".encode()).hexdigest()


def _told(op: str, document: dict[str, Any]) -> dict[str, Any]:
    if op != "place":
        return {}
    return {"order_id": document["id"], "state": document["state"], "total": document["total"]["amount"]}
