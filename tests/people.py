"""People for tests: shoppers with an account, staff with a second factor, and what was announced about them."""

from typing import Any

import msgspec
import pyotp

from fairday.domain.access import SYSTEM, Staff
from fairday.domain.customers import Customer
from fairday.kernel.events import outbox_after
from fairday.usecases.enrol_factor import begin_totp, finish_totp
from fairday.usecases.issue_account_link import account_link_token
from fairday.usecases.manage_staff import add_staff, change_own_password
from fairday.usecases.register_customer import confirm_registration, register_customer
from fairday.usecases.shop import Shop

PASSWORD = "seven grey herons"
OTHER_PASSWORD = "a kettle, two spoons"


async def announced(shop: Shop, *kinds: str) -> list[dict[str, Any]]:
    """The bodies of the outbox, oldest first, of these kinds (or all), each with its `kind`."""
    async with shop.database.read() as reader:
        waiting = await outbox_after(reader, 0, 10_000)
    return [{"kind": one.kind, **msgspec.json.decode(one.body)} for one in waiting if not kinds or one.kind in kinds]


async def last_token(shop: Shop, kind: str) -> str:
    """The token in the letter that the newest event of this kind causes."""
    return account_link_token(shop, (await announced(shop, kind))[-1]["request_id"])


async def a_customer(shop: Shop, email: str = "ada@example.com", password: str = PASSWORD) -> Customer:
    """Somebody who registered and followed the letter's link."""
    await register_customer(shop, email, password, "Ada Byron", "en")
    return await confirm_registration(shop, await last_token(shop, "customer_registered"), password)


async def a_colleague(shop: Shop, role: str, login: str = "") -> tuple[Staff, str]:
    """Somebody who works here, all set up, and the shared secret of their authenticator app."""
    new = await add_staff(shop, SYSTEM, login or role, role.capitalize(), role)
    await change_own_password(shop, new.staff.id, new.password, PASSWORD)
    offer = await begin_totp(shop, new.staff.id)
    enrolled = await finish_totp(shop, new.staff.id, offer.sealed, code_of(shop, offer.secret))
    return enrolled.staff, offer.secret


def code_of(shop: Shop, secret: str) -> str:
    """What the authenticator app shows now."""
    return pyotp.TOTP(secret).at(shop.clock.now_ms() // 1000)
