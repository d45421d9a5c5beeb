"""What signed-in customers change about themselves: name, consents, password, address for letters.

Password and e-mail address need the current password, end every session and are told to the owner by letter. A new
e-mail address counts when the link in a letter to it was followed. Address books are in `manage_addresses.py`.
"""

from collections.abc import Mapping

from fairday.domain.customers import CONSENT_PURPOSES, Consent, Customer, checked_email, checked_name
from fairday.domain.customers import store as customers
from fairday.domain.customers.errors import LinkExpired, WrongPassword
from fairday.domain.customers.events import EmailChanged, EmailChangeRequested, PasswordChanged, RegistrationRepeated
from fairday.kernel.errors import Conflict, Invalid, NotFound
from fairday.kernel.events import announce
from fairday.kernel.unit_of_work import Reader
from fairday.usecases.issue_account_link import new_request, open_account_link
from fairday.usecases.limit_tries import LETTERS_BY_ADDRESS, LINK_BY_SOURCE, PASSWORD_BY_CUSTOMER, limit_tries
from fairday.usecases.shop import Shop


async def rename_customer(shop: Shop, customer_id: str, name: str, language: str) -> Customer:
    """Another name, and the language letters are written in."""
    name = checked_name(name)
    if language not in shop.settings.languages:
        raise Invalid(field="language", problem="error-language-unknown")
    async with shop.database.write() as unit:
        await customers.rename(unit, customer_id, name, language)
        return await _known(unit, customer_id)


async def set_consent(shop: Shop, customer_id: str, said: Mapping[str, bool]) -> Customer:
    """A yes or no by purpose. What was said before and is not contradicted keeps its time."""
    if not set(said) <= set(CONSENT_PURPOSES):
        raise Invalid(field="consent", problem="error-consent-unknown")
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        customer = await _known(unit, customer_id)
        news = {purpose: Consent(given, now_ms) for purpose, given in said.items()
                if purpose not in customer.consent or customer.consent[purpose].given != given}  # fmt: skip
        await customers.set_consent(unit, customer_id, {**customer.consent, **news})
        return await _known(unit, customer_id)


async def change_password(shop: Shop, customer_id: str, current: str, password: str) -> Customer:
    """Set another password; the customer, with the epoch for a new session of this browser: all others are over."""
    customer = await _prove(shop, customer_id, current)
    await shop.identity.change("customer", customer_id, password=password)
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        await customers.bump_epochs(unit, [customer_id])
        await customers.close_requests(unit, customer_id, ["reset", "email"])
        await announce(unit, [PasswordChanged(subject=customer.id)], now_ms)
        return await _known(unit, customer_id)


async def request_email_change(shop: Shop, customer_id: str, current: str, email: str) -> None:
    """Send a letter to the new address. If that has an account the answer is the same and its owner gets a letter."""
    email = checked_email(email)
    customer = await _prove(shop, customer_id, current)
    await limit_tries(shop, LETTERS_BY_ADDRESS, email)
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        holder = await customers.find_by_email(unit, email)
        await customers.close_requests(unit, customer_id, ["email"])
        if holder is not None and holder.id != customer_id:
            await customers.insert_requests(unit, [new_request(shop, "email", "", email)])
            await announce(unit, [RegistrationRepeated(subject=holder.id)], now_ms)
            return
        request = new_request(shop, "email", customer_id, email, previous_email=customer.email)
        await customers.insert_requests(unit, [request])
        await announce(unit, [EmailChangeRequested(subject=customer_id, request_id=request.id)], now_ms)


async def confirm_email_change(shop: Shop, token: str, source: str = "") -> Customer:
    """Follow the letter's link: letters and sign-in move to the new address, every session ends.

    LinkExpired; Conflict when somebody opened an account with the address meanwhile.
    """
    await limit_tries(shop, LINK_BY_SOURCE, source)
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        request = await open_account_link(shop, unit, token, "email")
        holder = await customers.find_by_email(unit, request.email)
        if holder is not None and holder.id != request.customer_id:
            raise Conflict
        if not await customers.use_request(unit, request.id, now_ms):
            raise LinkExpired
        await customers.move(unit, request.customer_id, request.email)
        await customers.bump_epochs(unit, [request.customer_id])
        await customers.close_requests(unit, request.customer_id, ["reset", "confirm"])
        await announce(unit, [EmailChanged(subject=request.customer_id, request_id=request.id)], now_ms)
        customer = await _known(unit, request.customer_id)
    await shop.identity.change("customer", customer.id, login=customer.email)
    return customer


async def _prove(shop: Shop, customer_id: str, current: str) -> Customer:
    await limit_tries(shop, PASSWORD_BY_CUSTOMER, customer_id)
    async with shop.database.read() as reader:
        customer = await _known(reader, customer_id)
    if await shop.identity.check("customer", customer.email, current) != customer_id:
        raise WrongPassword
    return customer


async def _known(reader: Reader, customer_id: str) -> Customer:
    customer = await customers.find(reader, customer_id)
    if customer is None:
        raise NotFound
    return customer
