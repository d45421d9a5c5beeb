"""One order with all that happened to it. Whoever asks has shown that they may see it; nothing here checks that."""

from msgspec import Struct

from fairday.domain.fulfilment import Shipment
from fairday.domain.fulfilment import store as fulfilment
from fairday.domain.inventory import sending
from fairday.domain.inventory.model import Piece
from fairday.domain.ledger import Entry
from fairday.domain.ledger import store as ledger
from fairday.domain.orders import Order, OrderLine
from fairday.domain.orders import store as orders
from fairday.domain.payments import Payment, Refund
from fairday.domain.payments import store as payments
from fairday.kernel.errors import NotFound
from fairday.kernel.ids import is_id
from fairday.usecases.shop import Shop


class OrderView(Struct, frozen=True, kw_only=True):
    """An order, its lines, its payment (None before one was asked for), parcels, refunds and entries in the books.

    All lists are oldest first; a refund counts as given back when it is `requested` or `done`. `waiting` are the pieces
    that are promised to it, with where they lie and how many of them are there.
    """

    order: Order
    lines: tuple[OrderLine, ...]
    payment: Payment | None
    shipments: tuple[Shipment, ...]
    refunds: tuple[Refund, ...]
    entries: tuple[Entry, ...]
    waiting: tuple[Piece, ...] = ()

    @property
    def postage(self) -> int:
        """What was paid for sending it, with its tax, in minor units."""
        return self.order.shipping + (0 if self.order.tax_included else self.order.shipping_tax)

    @property
    def refunded(self) -> int:
        """What was given back, or is about to be."""
        return sum(refund.amount for refund in self.refunds if refund.state in {"requested", "done"})

    @property
    def refundable(self) -> int:
        """What was paid, by whatever means, and not given back yet."""
        if self.payment is None or self.payment.state != "captured":
            return 0
        given_back = sum(refund.amount for refund in self.refunds if refund.state in {"requested", "done"})
        return self.payment.captured + self.order.total - self.order.due - given_back

    @property
    def postage_left(self) -> int:
        """The postage that was not given back yet."""
        return self.postage - sum(refund.shipping for refund in self.refunds if refund.state != "refused")

    @property
    def to_ship(self) -> int:
        """Pieces that still wait to be sent."""
        return sum(line.to_ship for line in self.lines)


async def view_order(shop: Shop, order_id: str) -> OrderView:
    """NotFound when there is no such order. Reads the primary, so it shows what was written a moment ago."""
    async with shop.database.read() as reader:
        found = await orders.get_many(reader, [order_id]) if is_id(order_id) else {}
        if order_id not in found:
            raise NotFound(what="order")
        return OrderView(
            order=found[order_id],
            lines=tuple((await orders.lines_of(reader, [order_id]))[order_id]),
            payment=(await payments.get_many(reader, [order_id])).get(order_id),
            shipments=tuple(await fulfilment.shipments_of(reader, [order_id])),
            refunds=tuple(await payments.refunds_of(reader, [order_id])),
            entries=tuple(await ledger.entries_of(reader, order_id)),
            waiting=tuple((await sending.pieces_of(reader, [order_id]))[order_id]),
        )
