"""From a priced cart to what the basket and the checkout show: lines, sums, ways of sending. Nothing is counted."""

from collections.abc import Callable
from datetime import date

from fairday.domain.pricing import Quote, delivery_window
from fairday.domain.pricing.model import ShippingOffer
from fairday.interfaces.storefront.places import Place
from fairday.interfaces.storefront.show_goods import picture
from fairday.interfaces.storefront.show_stock import later_text, most_at_once
from fairday.interfaces.storefront.views.buying import GiftPart, LineView, ShippingChoice, Sums
from fairday.interfaces.web.surface import Web
from fairday.kernel.money import Money
from fairday.usecases.quote_cart import CartItem, PricedCart

MOST_AT_ONCE = 99


def lines(web: Web, place: Place, priced: PricedCart, now_ms: int) -> tuple[LineView, ...]:
    """The lines in the cart's order, then those that are not sold any more."""
    shown = [
        _line(web, place, item, Money(line.goods, priced.quote.currency), now_ms)
        for item, line in zip(priced.items, priced.quote.lines, strict=True)
    ]
    wanted = {line.sku: line.quantity for line in priced.cart.lines}
    gone = [LineView(sku=sku, name=sku, quantity=wanted[sku], gone=True) for sku in priced.gone]
    return (*shown, *gone)


def _line(web: Web, place: Place, item: CartItem, goods: Money, now_ms: int) -> LineView:
    media = next((one for one in item.product.media if one.kind == "image"), None)
    return LineView(
        sku=item.sku,
        name=item.product.name,
        quantity=item.quantity,
        href=place.product(item.product.slug, item.sku),
        options=place.vocabulary.terms(item.options),
        picture=picture(web, media, item.product.name, widest_px=320),
        unit=Money(item.price.amount, goods.currency),
        total=goods,
        most=max(most_at_once(item.offer, MOST_AT_ONCE), min(item.quantity, MOST_AT_ONCE)),
        short_of=item.available if item.available < item.quantity else None,
        note=later_text(place, item.offer, item.quantity, now_ms),
    )


def sums(place: Place, quote: Quote, gift: GiftPart | None = None) -> Sums:
    """What it comes to; without a way of sending, postage is still open. `gift` pays its part first."""
    money = _money(quote)
    offer = chosen_offer(quote)
    return Sums(
        subtotal=money(quote.subtotal),
        total=money(quote.total),
        tax=money(quote.tax),
        tax_included=quote.tax_included,
        discount=money(quote.discount) if quote.discount else None,
        voucher_code=quote.voucher_code,
        shipping=money(quote.shipping) if quote.method else None,
        shipping_name=offer_name(place, offer) if offer else "",
        gifts=gift.paid if gift else (),
        due=gift.due if gift and gift.paid else None,
    )


def ways(place: Place, quote: Quote, now_ms: int) -> tuple[ShippingChoice, ...]:
    """The ways of sending it, with the days on which it may arrive."""
    money = _money(quote)
    found = []
    for offer in quote.methods:
        first, last = delivery_window(now_ms, offer)
        found.append(
            ShippingChoice(
                method=offer.method,
                name=offer_name(place, offer),
                amount=money(offer.amount),
                arrives_first=first,
                arrives_last=last,
                chosen=offer.method == quote.method,
            )
        )
    return tuple(found)


def arrival(quote: Quote, now_ms: int) -> tuple[date, date] | None:
    """The first and last day it may arrive by the chosen way."""
    offer = chosen_offer(quote)
    return delivery_window(now_ms, offer) if offer else None


def chosen_offer(quote: Quote) -> ShippingOffer | None:
    """The way of sending that the quote counts with."""
    return next((offer for offer in quote.methods if offer.method == quote.method), None)


def offer_name(place: Place, offer: ShippingOffer) -> str:
    """What the market's language calls it."""
    return offer.names.get(place.market.language) or next(iter(offer.names.values()), offer.method)


def _money(quote: Quote) -> Callable[[int], Money]:
    return lambda amount: Money(amount, quote.currency)
