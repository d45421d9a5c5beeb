"""Letters about gift cards and store credit. A card's code stands in its letter and nowhere else."""

from fairday.domain.customers import store as customers
from fairday.domain.pricing import gift_store as gifts
from fairday.domain.pricing.events import GiftCardIssued, StoreCreditGiven
from fairday.domain.pricing.gifts import card_code, code_hash
from fairday.kernel.events import Delivery
from fairday.messages import Messages
from fairday.messages.formats import formats_for
from fairday.ports.mail import Letter
from fairday.subscribers.notifications.letters import Draft, Item, money, write
from fairday.usecases.page_links import home_market
from fairday.usecases.shop import Shop


async def gift_card(shop: Shop, delivery: Delivery) -> Letter | None:
    """A card for whoever it was made for: its code, what was put on it, and until when it is good."""
    card_id = delivery.as_event(GiftCardIssued).subject
    async with shop.database.read() as reader:
        card = (await gifts.get_many(reader, [card_id])).get(card_id)
        movements = await gifts.movements_of(reader, card_id)
    code = card_code(shop.settings.secret, card_id)
    if card is None or not card.email or card.opened_by != code_hash(code):
        return None  # nobody to write to, or the shop has another secret since
    market = home_market(shop, card.language)
    worth = sum(movement.amount for movement in movements if movement.kind == "issue")
    amount = money(card.language, market.country, worth, card.currency)
    notes = []
    if card.expires_ms:
        day = formats_for(card.language, market.country).day(card.expires_ms)
        notes.append(Messages.for_language(card.language).text("letter-gift-until", day=day))
    return write(shop, Draft(
        key=f"gift-card/{card.id}", to=card.email, letter="gift-card", language=card.language, country=market.country,
        link=f"{shop.settings.base_url}/{market.slug}", amount=amount, items=(Item(code, amount),), notes=tuple(notes),
    ))  # fmt: skip


async def credit(shop: Shop, delivery: Delivery) -> Letter | None:
    """Store credit for a customer."""
    event = delivery.as_event(StoreCreditGiven)
    async with shop.database.read() as reader:
        balance = (await gifts.get_many(reader, [event.subject])).get(event.subject)
        customer = await customers.find(reader, balance.customer_id) if balance else None
        movements = await gifts.movements_of(reader, event.subject)
    given = next((movement for movement in movements if movement.id == event.movement_id), None)
    if balance is None or customer is None or given is None:
        return None
    market = home_market(shop, customer.language)
    return write(shop, Draft(
        key=f"credit/{given.id}", to=customer.email, letter="credit", language=customer.language,
        country=market.country, name=customer.name, link=f"{shop.settings.base_url}/{market.slug}/account",
        amount=money(customer.language, market.country, given.amount, balance.currency),
    ))  # fmt: skip
