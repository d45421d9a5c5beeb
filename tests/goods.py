"""A few goods for tests, put on the shelves the way an import does it: document, price, stock, then visible."""

from collections.abc import Mapping

from fairday.domain.catalog import Product, Variant
from fairday.domain.inventory import Received
from fairday.domain.inventory.shelves import count_shelves
from fairday.domain.ledger import stock_entry
from fairday.domain.ledger import store as ledger
from fairday.domain.pricing import Price
from fairday.domain.pricing import store as pricing
from fairday.kernel.ids import derived_id
from fairday.usecases.shop import Shop

EUROS = 2_000
DOLLARS = 2_500
COST = 700


async def put_goods(shop: Shop, shelves: Mapping[str, int], *, euros: int = EUROS, dollars: int = DOLLARS) -> None:
    """One product a SKU, with so many pieces at `main`, each costing 7 euros to the shop."""
    products = [_product(sku) for sku in shelves]
    await shop.products.put_many(products)
    now_ms = shop.clock.now_ms()
    async with shop.database.write() as unit:
        await pricing.set_prices(
            unit, [Price(sku, cur, n) for sku in shelves for cur, n in (("EUR", euros), ("USD", dollars))]
        )
        counts = [Received(sku, "main", pieces, COST) for sku, pieces in shelves.items()]
        ref = f"goods-{derived_id(*shelves)}"
        worth = await count_shelves(unit, counts, ref, now_ms)
        await ledger.post(unit, [stock_entry(ref, "EUR", worth, now_ms)])
        await pricing.set_listings(unit, [(product.id, "visible") for product in products])


def _product(sku: str) -> Product:
    return Product(
        id=derived_id("product", sku), key=sku, slug=sku.lower(), name=f"Thing {sku}",
        variants=(Variant(sku=sku, weight_g=500),),
    )  # fmt: skip
