"""Open an account. The answer is the same whoever asks: a letter goes to the address, and only its reader learns more.

Nobody is signed in by registering. A new account opens with the link in the letter and the password chosen here
(`confirm_registration`), so registering somebody else's address gives nothing, now or later. Registering an address
that has an account sends its owner a letter that says so.
"""

from fairday.domain.customers import Customer, checked_email, checked_name
from fairday.domain.customers import store as customers
from fairday.domain.customers.errors import WrongCredentials
from fairday.domain.customers.events import CustomerConfirmed, CustomerRegistered, RegistrationRepeated
from fairday.kernel.clock import DAY_MS
from fairday.kernel.errors import Invalid
from fairday.kernel.events import announce
from fairday.kernel.ids import new_id
from fairday.kernel.unit_of_work import Writer
from fairday.usecases.issue_account_link import new_request, open_account_link
from fairday.usecases.limit_tries import LETTERS_BY_ADDRESS, LINK_BY_SOURCE, REGISTER_BY_SOURCE, limit_tries
from fairday.usecases.shop import Shop

KEEP_REQUESTS_MS = 30 * DAY_MS


async def register_customer(shop: Shop, email: str, password: str, name: str, language: str, source: str = "") -> None:
    """Ask for an account: Invalid, WeakPassword or TooMany by what was typed alone; else a letter is on its way."""
    email, name = checked_email(email), checked_name(name)
    if language not in shop.settings.languages:
        raise Invalid(field="language", problem="error-language-unknown")
    shop.identity.refuse_weak(email, password)
    await limit_tries(shop, REGISTER_BY_SOURCE, source)
    await limit_tries(shop, LETTERS_BY_ADDRESS, email)
    async with shop.database.write() as unit:
        customer = await _register(shop, unit, Customer(
            id=new_id(), email=email, name=name, language=language, created_ms=shop.clock.now_ms(),
        ))  # fmt: skip
    if customer.confirmed_ms:
        # as much work as for a new address, for nothing
        await shop.identity.check("customer", f"decoy {new_id()}", password)
    else:
        await shop.identity.change("customer", customer.id, login=customer.email, password=password)


async def confirm_registration(shop: Shop, token: str, password: str, source: str = "") -> Customer:
    """Open the account with the letter's link and the password that was chosen; the customer, to be signed in.

    LinkExpired, or WrongCredentials for another password (then the link goes on working).
    """
    await limit_tries(shop, LINK_BY_SOURCE, source)
    async with shop.database.read() as reader:
        request = await open_account_link(shop, reader, token, "confirm")
    if await shop.identity.check("customer", request.email, password) != request.customer_id:
        raise WrongCredentials
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        request = await open_account_link(shop, unit, token, "confirm")
        await customers.use_request(unit, request.id, now_ms)
        if await customers.confirm(unit, request.customer_id, now_ms):
            await announce(unit, [CustomerConfirmed(subject=request.customer_id)], now_ms)
        customer = await customers.find(unit, request.customer_id)
    if customer is None:
        raise WrongCredentials
    return customer


async def _register(shop: Shop, unit: Writer, wanted: Customer) -> Customer:
    """Insert `wanted`, or take the account that has the address; announce the letter that fits."""
    found = await customers.find_by_email(unit, wanted.email)
    await customers.forget_requests(unit, wanted.created_ms - KEEP_REQUESTS_MS)
    if found is not None and found.confirmed_ms:
        await customers.insert_requests(unit, [new_request(shop, "confirm", "", wanted.email)])
        await announce(unit, [RegistrationRepeated(subject=found.id)], wanted.created_ms)
        return found
    customer = found or wanted
    if found is None:
        await customers.insert_many(unit, [wanted])
    else:
        await customers.rename(unit, found.id, wanted.name, wanted.language)
        await customers.close_requests(unit, found.id, ["confirm"])
    request = new_request(shop, "confirm", customer.id, customer.email)
    await customers.insert_requests(unit, [request])
    await announce(unit, [CustomerRegistered(subject=customer.id, request_id=request.id)], wanted.created_ms)
    return customer
