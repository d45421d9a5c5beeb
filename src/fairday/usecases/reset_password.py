"""A new password for whoever can read the letter. Asking is answered alike for every address; the link works once.

A reset proves the address, so it also opens an account that was never confirmed. It ends every session.
"""

from fairday.domain.customers import Customer, checked_email
from fairday.domain.customers import store as customers
from fairday.domain.customers.errors import LinkExpired
from fairday.domain.customers.events import CustomerConfirmed, PasswordChanged, PasswordResetRequested
from fairday.kernel.errors import Busy
from fairday.kernel.events import announce
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.issue_account_link import new_request, open_account_link
from fairday.usecases.limit_tries import LETTERS_BY_ADDRESS, LETTERS_BY_SOURCE, LINK_BY_SOURCE, limit_tries
from fairday.usecases.register_customer import KEEP_REQUESTS_MS
from fairday.usecases.shop import Shop


async def request_reset(shop: Shop, email: str, source: str = "") -> None:
    """Send the letter, if there is an account. The row that is written otherwise is a decoy: both take as long."""
    email = checked_email(email)
    await limit_tries(shop, LETTERS_BY_SOURCE, source)
    await limit_tries(shop, LETTERS_BY_ADDRESS, email)
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        customer = await customers.find_by_email(unit, email)
        await customers.forget_requests(unit, now_ms - KEEP_REQUESTS_MS)
        # the letter goes to the address we know, never to the one that was typed: they may only look alike
        known = (customer.id, customer.email) if customer else ("", email)
        request = new_request(shop, "reset", *known)
        await customers.insert_requests(unit, [request])
        if customer is not None:
            await announce(unit, [PasswordResetRequested(subject=customer.id, request_id=request.id)], now_ms)


async def check_reset(shop: Shop, token: str) -> None:
    """LinkExpired unless the link works; looking does not use it up."""
    async with shop.database.read() as reader:
        await open_account_link(shop, reader, token, "reset")


async def reset_password(shop: Shop, token: str, password: str, source: str = "") -> Customer:
    """Set the password. LinkExpired; WeakPassword and Busy leave the link good. Nobody is signed in by this.

    Sessions end before and after the change, so none that began with the old password meanwhile survives.
    """
    await limit_tries(shop, LINK_BY_SOURCE, source)
    async with shop.database.read() as reader:
        request = await open_account_link(shop, reader, token, "reset")
    shop.identity.refuse_weak(request.email, password)
    used_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        customer = await _spend(unit, request.id, request.customer_id, used_ms)
    try:
        await shop.identity.change("customer", customer.id, login=customer.email, password=password)
    except Busy:
        async with shop.database.write() as unit:
            await customers.give_back_request(unit, request.id, used_ms)
        raise
    async with shop.database.write() as unit:
        await customers.bump_epochs(unit, [customer.id])
        await customers.close_requests(unit, customer.id, ["reset", "email"])
        if await customers.confirm(unit, customer.id, used_ms):
            await announce(unit, [CustomerConfirmed(subject=customer.id)], used_ms)
        await announce(unit, [PasswordChanged(subject=customer.id)], used_ms)
        changed = await customers.find(unit, customer.id)
    return changed or customer


async def _spend(unit: Writer, request_id: str, customer_id: str, at_ms: int) -> Customer:
    customer = await customers.find(unit, customer_id)
    if customer is None or not await customers.use_request(unit, request_id, at_ms):
        raise LinkExpired
    await customers.bump_epochs(unit, [customer_id])
    return customer
