"""Begin, open and change a cart. Prices are not here: `quote_cart` asks for them again each time.

A change is a pure function from cart to cart. It is tried again when somebody else changed the cart meanwhile, so it
must not mind being called twice. A change that carries a `Remembered` (idempotency key and request hash) happens once.
"""

from collections.abc import Callable, Sequence
from typing import Required, TypedDict, Unpack

from msgspec import Struct
from msgspec.structs import replace

from fairday.domain.carts import Cart, CartFull, CartGone, CartLine, Remembered, UnknownSku, remember, set_line
from fairday.domain.carts.model import LINES_LIMIT
from fairday.domain.orders import CartOrdered, KeyReused
from fairday.domain.orders import store as orders
from fairday.domain.pricing import RulesQuery, estimate_cart
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.errors import PriceMissing, VoucherRefused
from fairday.domain.pricing.model import normal_code
from fairday.domain.pricing.quote import VOUCHER_REFUSED
from fairday.kernel.clock import DAY_MS, HOUR_MS
from fairday.kernel.errors import Busy, Invalid, Refusal, TooMany
from fairday.kernel.ids import derived_id, derived_token, new_id, opens
from fairday.ports.products import BATCH_LIMIT
from fairday.usecases.shop import Shop

CART_TOKEN = "cart"  # noqa: S105 - the purpose a token is derived for
CART_TTL_MS = 30 * DAY_MS
TRIES = 64
VOUCHER_MISSES_AN_HOUR = 10

Change = Callable[[Cart], Cart]


class CartFields(TypedDict, total=False):
    """What a cart begins with. `key`, `identity` and `request_hash` make beginning it happen once."""

    currency: Required[str]
    country: Required[str]
    language: Required[str]
    region: str
    lines: Sequence[CartLine]
    customer_id: str
    key: str
    identity: str
    request_hash: str


class KeptCart(Struct, frozen=True):
    """A cart as it is kept, and whether the request that asked for this was seen before."""

    cart: Cart
    replayed: bool = False


def cart_token(shop: Shop, cart_id: str) -> str:
    """What opens a cart."""
    return derived_token(shop.settings.secret, CART_TOKEN, cart_id)


async def create_cart(shop: Shop, **fields: Unpack[CartFields]) -> Cart:
    """Begin a cart. Refuses with Invalid, UnknownSku, PriceMissing, QuantityRefused, CartFull."""
    return (await create_cart_once(shop, **fields)).cart


async def create_cart_once(shop: Shop, **fields: Unpack[CartFields]) -> KeptCart:
    """The same; with a `key`, the cart that this identity began with it. Also KeyReused, and CartOrdered if it is sold.

    The key is part of the cart's id, so the same key can't begin two carts, whatever crashes in between.
    """
    key, request_hash = fields.get("key", ""), fields.get("request_hash", "")
    cart = _new_cart(shop, fields)
    if key:
        cart = replace(cart, id=derived_id(CART_TOKEN, fields.get("identity", ""), key))
        cart = remember(cart, f"{CART_TOKEN} {key}", request_hash)
        earlier = await _begun(shop, cart)
        if earlier:
            return earlier
    await require_sold(shop, cart.currency, [line.sku for line in cart.lines])
    if await shop.carts.put(cart):
        return KeptCart(replace(cart, version=cart.version + 1))
    earlier = await _begun(shop, cart)
    if earlier is None:
        raise Busy(retry_after_s=1)
    return earlier


async def open_cart(shop: Shop, cart_id: str, token: str) -> Cart:
    """The cart that this token opens; CartGone alike when it is absent and when the token is another's."""
    if not opens(shop.settings.secret, CART_TOKEN, cart_id, token):
        raise CartGone
    return await read_cart(shop, cart_id)


async def read_cart(shop: Shop, cart_id: str) -> Cart:
    """The cart, for a caller who may see it; CartGone when it is absent."""
    found = (await shop.carts.get_many([cart_id])).get(cart_id)
    if found is None:
        raise CartGone
    return found


async def change_cart(shop: Shop, cart_id: str, change: Change) -> Cart:
    """The cart after `change`, kept for another 30 days. CartGone, whatever `change` refuses, or Busy."""
    for _ in range(TRIES):
        before = await read_cart(shop, cart_id)
        after = change(before)
        if after is before:
            return before
        after = replace(after, expires_ms=shop.clock.now_ms() + CART_TTL_MS)
        if await shop.carts.put(after):
            return replace(after, version=after.version + 1)
    raise Busy(retry_after_s=1)


async def change_cart_once(shop: Shop, cart_id: str, change: Change, once: Remembered | None) -> KeptCart:
    """The same, but a request that the cart remembers changes nothing; KeyReused when its key came with another one."""
    if once is None:
        return KeptCart(await change_cart(shop, cart_id, change))
    replayed = False

    def change_once(cart: Cart) -> Cart:
        nonlocal replayed
        replayed = _remembers(cart, once)
        return cart if replayed else remember(change(cart), once.key, once.request_hash)

    return KeptCart(await change_cart(shop, cart_id, change_once), replayed)


async def put_lines(shop: Shop, cart_id: str, lines: Sequence[CartLine], *, once: Remembered | None = None) -> KeptCart:
    """Set how many of each SKU are in the cart; 0 takes one out. UnknownSku and PriceMissing for what can't be had."""
    cart = await read_cart(shop, cart_id)
    if once is None or not _remembers(cart, once):
        await require_sold(shop, cart.currency, [line.sku for line in lines if line.quantity])
    return await change_cart_once(shop, cart_id, lambda now: _with_lines(now, lines), once)


async def put_voucher(shop: Shop, cart_id: str, code: str, *, source: str, once: Remembered | None = None) -> KeptCart:
    """Note a voucher, or none (""). VoucherRefused for a code that can't be used; TooMany guesses from one `source`."""
    cart, code = await read_cart(shop, cart_id), normal_code(code)
    if code and (once is None or not _remembers(cart, once)):
        await _require_voucher(shop, cart, code, source)
    return await change_cart_once(shop, cart_id, lambda now: replace(now, voucher_code=code), once)


async def require_sold(shop: Shop, currency: str, skus: Sequence[str]) -> None:
    """UnknownSku for what is not on the shelves, PriceMissing for what has no price in `currency`."""
    if skus:
        await shop.batches.ask(_sold, shop, (currency, tuple(skus)))


async def _sold(shop: Shop, asked: Sequence[tuple[str, tuple[str, ...]]]) -> list[Refusal | None]:
    """What is wrong with each list of SKUs in its currency; asked for all of them at once."""
    every = sorted({sku for _, skus in asked for sku in skus})
    found: dict[str, str] = {}
    for start in range(0, len(every), BATCH_LIMIT):
        found |= await shop.products.find("sku", every[start : start + BATCH_LIMIT])
    async with shop.database.read() as reader:
        visible = await pricing.visible(reader, sorted(set(found.values())))
        prices = await pricing.prices_in(reader, every, sorted({currency for currency, _ in asked}))
    answers: list[Refusal | None] = []
    for currency, skus in asked:
        unknown = [sku for sku in skus if found.get(sku) not in visible]
        unpriced = [sku for sku in skus if (sku, currency) not in prices]
        priceless = PriceMissing(skus=unpriced, currency=currency) if unpriced else None
        answers.append(UnknownSku(skus=unknown) if unknown else priceless)
    return answers


def _new_cart(shop: Shop, fields: CartFields) -> Cart:
    currencies = dict(shop.settings.countries)
    if fields["country"] not in currencies:
        raise Invalid(field="country", problem="problem-unknown-country")
    if fields["currency"] not in currencies.values():
        raise Invalid(field="currency", problem="problem-unknown-currency")
    if fields["language"] not in shop.settings.languages:
        raise Invalid(field="language", problem="problem-unknown-language")
    cart = Cart(
        id=new_id(), currency=fields["currency"], country=fields["country"], language=fields["language"],
        region=fields.get("region", ""), customer_id=fields.get("customer_id", ""),
        expires_ms=shop.clock.now_ms() + CART_TTL_MS,
    )  # fmt: skip
    return _with_lines(cart, fields.get("lines", ()), adding=True)


def _with_lines(cart: Cart, lines: Sequence[CartLine], *, adding: bool = False) -> Cart:
    """With `adding`, a SKU that is listed twice is wanted twice."""
    if len(lines) > LINES_LIMIT:
        raise CartFull(limit=LINES_LIMIT)
    for line in lines:
        there = sum(had.quantity for had in cart.lines if had.sku == line.sku) if adding else 0
        cart = set_line(cart, line.sku, there + line.quantity)
    return cart


async def _begun(shop: Shop, cart: Cart) -> KeptCart | None:
    """The cart that was begun under this id before, whatever became of it."""
    found = await shop.batches.ask(_carts_or_orders, shop, cart.id)
    if found is None:
        return None
    if isinstance(found, str):
        raise CartOrdered(order_id=found)
    _remembers(found, cart.remembered[0])
    return KeptCart(found, replayed=True)


async def _carts_or_orders(shop: Shop, cart_ids: Sequence[str]) -> list[Cart | str | None]:
    """The carts with these ids, or the order that each became."""
    wanted = sorted(set(cart_ids))
    carts = await shop.carts.get_many(wanted)
    async with shop.database.read() as reader:
        sold = await orders.orders_of_carts(reader, [cart_id for cart_id in wanted if cart_id not in carts])
    return [carts.get(cart_id) or sold.get(cart_id) for cart_id in cart_ids]


def _remembers(cart: Cart, once: Remembered) -> bool:
    earlier = next((seen for seen in cart.remembered if seen.key == once.key), None)
    if earlier and earlier.request_hash != once.request_hash:
        raise KeyReused
    return earlier is not None


async def _require_voucher(shop: Shop, cart: Cart, code: str, source: str) -> None:
    """A source that guessed too often is not told any more, not even when it guesses right."""
    blocked = f"voucher-blocked/{source}"
    if await shop.cache.get(blocked):
        raise TooMany(retry_after_s=HOUR_MS // 1000)
    now_ms = shop.clock.now_ms()
    asked = RulesQuery(currency=cart.currency, country=cart.country, region=cart.region, voucher_code=code)
    async with shop.database.read() as reader:
        rules = await pricing.rules_for(reader, asked, now_ms)
    if estimate_cart((), rules).voucher_problem != VOUCHER_REFUSED:
        return
    if await shop.cache.count(f"voucher-misses/{source}", window_ms=HOUR_MS) >= VOUCHER_MISSES_AN_HOUR:
        await shop.cache.put(blocked, b"1", ttl_ms=HOUR_MS)
    raise VoucherRefused
