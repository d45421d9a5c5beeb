"""Which happening becomes which letter."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from fairday.domain.customers import store as customers
from fairday.domain.customers.events import (
    CustomerConfirmed,
    CustomerRegistered,
    EmailChanged,
    EmailChangeRequested,
    PasswordChanged,
    PasswordResetRequested,
    RegistrationRepeated,
)
from fairday.domain.customers.model import RequestPurpose
from fairday.domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded, OrderShipped
from fairday.domain.pricing.events import GiftCardIssued, StoreCreditGiven
from fairday.kernel.events import Delivery, Event
from fairday.ports.bus import Subscription
from fairday.ports.mail import Letter
from fairday.subscribers.notifications.gifts import credit, gift_card
from fairday.subscribers.notifications.letters import Draft, write
from fairday.subscribers.notifications.orders import cancelled, placed, refunded, shipped
from fairday.usecases.issue_account_link import account_link_token
from fairday.usecases.page_links import account_link, home_market
from fairday.usecases.shop import Shop

Writer = Callable[[Shop, Delivery], Awaitable[Letter | None]]


def subscription(shop: Shop) -> Subscription:
    """What the notifications hear, and how."""
    return Subscription("notifications", frozenset(LETTERS), partial(_hear, shop))


async def _hear(shop: Shop, deliveries: Sequence[Delivery]) -> None:
    letters = [await LETTERS[delivery.kind](shop, delivery) for delivery in deliveries]
    await shop.mail.send_many([letter for letter in letters if letter])


def _linked(kind: type[CustomerRegistered] | type[PasswordResetRequested] | type[EmailChangeRequested],
            purpose: RequestPurpose, letter: str) -> Writer:  # fmt: skip
    """A letter with a link that works once, to the mailbox the request names."""

    async def make(shop: Shop, delivery: Delivery) -> Letter | None:
        event = delivery.as_event(kind)
        async with shop.database.read() as reader:
            requests = await customers.find_requests(reader, [event.request_id])
            customer = await customers.find(reader, event.subject)
        if not requests or customer is None:
            return None
        link = account_link(shop, purpose, account_link_token(shop, event.request_id), customer.language)
        draft = Draft(
            key=f"{letter}/{event.request_id}", to=requests[0].email, letter=letter, language=customer.language,
            country=home_market(shop, customer.language).country, name=customer.name, link=link,
        )  # fmt: skip
        return write(shop, draft)

    return make


def _notice(kind: type[Event], letter: str, *, previous: bool = False) -> Writer:
    """A letter that only tells; `previous` sends it to the address the account had before."""

    async def make(shop: Shop, delivery: Delivery) -> Letter | None:
        event = delivery.as_event(kind)
        async with shop.database.read() as reader:
            customer = await customers.find(reader, event.subject)
            asked = [event.request_id] if isinstance(event, EmailChanged) else []
            requests = await customers.find_requests(reader, asked) if asked else []
        if customer is None:
            return None
        market = home_market(shop, customer.language)
        to = requests[0].previous_email if previous and requests else customer.email
        draft = Draft(
            key=f"{letter}/{delivery.seq}", to=to, letter=letter, language=customer.language, country=market.country,
            name=customer.name, link=f"{shop.settings.base_url}/{market.slug}/sign-in",
        )  # fmt: skip
        return write(shop, draft)

    return make


LETTERS: dict[str, Writer] = {
    OrderPlaced.kind: placed,
    OrderShipped.kind: shipped,
    OrderRefunded.kind: refunded,
    OrderCancelled.kind: cancelled,
    GiftCardIssued.kind: gift_card,
    StoreCreditGiven.kind: credit,
    CustomerRegistered.kind: _linked(CustomerRegistered, "confirm", "confirm"),
    PasswordResetRequested.kind: _linked(PasswordResetRequested, "reset", "reset"),
    EmailChangeRequested.kind: _linked(EmailChangeRequested, "email", "new-email"),
    RegistrationRepeated.kind: _notice(RegistrationRepeated, "known"),
    CustomerConfirmed.kind: _notice(CustomerConfirmed, "welcome"),
    PasswordChanged.kind: _notice(PasswordChanged, "password-changed"),
    EmailChanged.kind: _notice(EmailChanged, "email-changed", previous=True),
}
