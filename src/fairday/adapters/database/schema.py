"""The whole schema: imports every module that defines tables, so that METADATA knows them all."""

from fairday.adapters.bus import tables as bus
from fairday.adapters.carts import tables as carts
from fairday.adapters.identity import tables as identity
from fairday.adapters.payments import tables as provider_names
from fairday.adapters.products import tables as products
from fairday.domain.access import tables as access
from fairday.domain.customers import tables as customers
from fairday.domain.fulfilment import tables as fulfilment
from fairday.domain.inventory import tables as inventory
from fairday.domain.ledger import tables as ledger
from fairday.domain.orders import tables as orders
from fairday.domain.payments import tables as payments
from fairday.domain.pricing import tables as pricing
from fairday.kernel import events
from fairday.kernel.sql import METADATA

TABLE_MODULES = (
    access, bus, carts, customers, events, fulfilment, identity, inventory, ledger, orders, payments, pricing, products,
    provider_names,
)  # fmt: skip

__all__ = ["METADATA", "TABLE_MODULES"]
