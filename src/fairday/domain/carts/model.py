"""The cart document and the pure ways of changing it."""

from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.carts.errors import CartFull, QuantityRefused

LINES_LIMIT = 100
QUANTITY_LIMIT = 999
REMEMBERED_LIMIT = 32


class CartLine(Struct, frozen=True):
    """So many of one SKU."""

    sku: str
    quantity: int


class Remembered(Struct, frozen=True):
    """An idempotency key this cart has seen, and the hash of the request that came with it."""

    key: str
    request_hash: str


class Cart(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cart. `version` rises with every write; whoever holds the token derived from its id may change it."""

    id: str
    currency: str
    country: str
    region: str = ""
    language: str = "en"
    lines: tuple[CartLine, ...] = ()
    voucher_code: str = ""
    shipping_method: str = ""
    customer_id: str = ""
    version: int = 0
    remembered: tuple[Remembered, ...] = ()
    expires_ms: int = 0

    @property
    def count(self) -> int:
        """How many things are in it."""
        return sum(line.quantity for line in self.lines)


def set_line(cart: Cart, sku: str, quantity: int) -> Cart:
    """The cart with exactly `quantity` of `sku`; 0 takes it out. Lines keep their place."""
    if not 0 <= quantity <= QUANTITY_LIMIT:
        raise QuantityRefused(sku=sku, limit=QUANTITY_LIMIT)
    lines = list(cart.lines)
    position = next((n for n, line in enumerate(lines) if line.sku == sku), None)
    if position is None:
        lines.append(CartLine(sku, quantity))
    else:
        lines[position] = CartLine(sku, quantity)
    kept = tuple(line for line in lines if line.quantity)
    if len(kept) > LINES_LIMIT:
        raise CartFull(limit=LINES_LIMIT)
    return replace(cart, lines=kept)


def remember(cart: Cart, key: str, request_hash: str) -> Cart:
    """The cart with one more idempotency key; the oldest of more than 32 is forgotten."""
    return replace(cart, remembered=(*cart.remembered, Remembered(key, request_hash))[-REMEMBERED_LIMIT:])
