"""Parts of an order that were given back, or taken off before they were paid: what they are made of for the books."""

from collections.abc import Sequence

from msgspec.structs import replace

from fairday.domain.ledger import Sale
from fairday.domain.orders import Order
from fairday.domain.payments import Refund


def given_back(order: Order, part: Refund) -> Sale:
    """A part that was refunded or released, taken apart for the books."""
    return Sale(
        order_id=order.id, provider=order.provider, currency=order.currency, discount=0, fee=0, tax=part.tax,
        goods=part.amount - part.shipping - part.tax + postage_tax(order, part.shipping),
        shipping=part.shipping - postage_tax(order, part.shipping),
    )  # fmt: skip


def postage(order: Order) -> int:
    """What the shopper agreed to pay for sending it, with its tax."""
    return order.shipping + (0 if order.tax_included else order.shipping_tax)


def postage_tax(order: Order, shipping: int) -> int:
    """The tax in a part of the postage."""
    return order.shipping_tax * shipping // postage(order) if postage(order) else 0


def without(sale: Sale, order: Order, released: Sequence[Refund]) -> Sale:
    """A sale less what was taken off it before its money was captured."""
    parts = [given_back(order, part) for part in released]
    return replace(
        sale,
        goods=sale.goods - sum(part.goods for part in parts),
        shipping=sale.shipping - sum(part.shipping for part in parts),
        tax=sale.tax - sum(part.tax for part in parts),
    )
