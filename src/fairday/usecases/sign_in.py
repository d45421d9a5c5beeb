"""Sign a shopper in, know them again by their session, and end every session of theirs.

The interface keeps the session (customer id and epoch, sealed in a cookie); a session of another epoch is over.
"""

from fairday.domain.customers import Customer
from fairday.domain.customers import store as customers
from fairday.domain.customers.errors import WrongCredentials
from fairday.usecases.limit_tries import SIGN_IN_BY_ACCOUNT_AND_SOURCE, SIGN_IN_BY_SOURCE, limit_tries
from fairday.usecases.shop import Shop


async def sign_in(shop: Shop, email: str, password: str, source: str = "") -> Customer:
    """The customer to begin a new session for. WrongCredentials, TooMany and Busy say nothing about the address.

    The epoch is read before the password is checked: a change of password meanwhile ends this session at once.
    """
    await limit_tries(shop, SIGN_IN_BY_SOURCE, source)
    await limit_tries(shop, SIGN_IN_BY_ACCOUNT_AND_SOURCE, email, source)
    async with shop.database.read() as reader:
        customer = await customers.find_by_email(reader, email)
    subject = await shop.identity.check("customer", email, password)
    if customer is None or subject != customer.id or not customer.confirmed_ms:
        raise WrongCredentials
    return customer


async def recognise_customer(shop: Shop, customer_id: str, epoch: int) -> Customer | None:
    """Whose session this is, or None when it is over."""
    if not customer_id:
        return None
    async with shop.database.read() as reader:
        customer = await customers.find(reader, customer_id)
    return customer if customer is not None and customer.epoch == epoch and customer.confirmed_ms else None


async def sign_out_everywhere(shop: Shop, customer_id: str) -> None:
    """Every session of this customer is over, the asking one too."""
    async with shop.database.write() as unit:
        await customers.bump_epochs(unit, [customer_id])
