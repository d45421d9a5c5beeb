"""Stock: what can be sold of each product, and the shelves of one.

They can be counted anew, filled, carried elsewhere, and told what to promise when they are empty.
"""

from msgspec import Struct

from fairday.domain.inventory import Received, StockLevel
from fairday.domain.inventory.model import POLICIES, Delivery, StockPolicy, Transfer
from fairday.interfaces.backoffice.amounts import typed_amount, typed_day, typed_whole
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.visit import Fields, Notice, Visit
from fairday.kernel.clock import iso
from fairday.kernel.errors import Invalid, Refusal
from fairday.kernel.money import Money
from fairday.usecases.browse_products import ProductRecord, browse_products, open_product
from fairday.usecases.count_stock import CountStock, count_stock
from fairday.usecases.manage_stock import (
    MoveStock,
    ReceiveStock,
    list_locations,
    move_stock,
    receive_stock,
    set_stock_policy,
)

DOORS = Doors()
MAIN = "main"


class Shelf(Struct, frozen=True):
    """A SKU at a location, as counted before (nothing, for a place that is offered anew) and what a piece cost."""

    row: int
    level: StockLevel
    unit_cost: Money | None


@DOORS.get("/stock", "stock.view")
async def show_stock(visit: Visit) -> Answer:
    search = visit.query("q")
    found = await browse_products(visit.shop, visit.actor, search=search, cursor=visit.query("cursor", 26))
    return visit.page("stock", visit.text("office-stock"), found=found, search=search)


@DOORS.get("/stock/{product_id:str}", "stock.view")
async def show_shelves(visit: Visit) -> Answer:
    return await _shelves_page(visit)


@DOORS.post("/stock/{product_id:str}", "stock.edit")
async def count(visit: Visit) -> Answer:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    try:
        counts = _typed(visit, record)
        if not counts:
            raise Invalid(field="", problem="problem-count-nothing")
        reason = visit.form.text("reason", 300)
        await count_stock(visit.shop, CountStock(counts=counts, reason=reason, actor=visit.actor))
    except Refusal as refusal:
        return await _shelves_page(visit, refusal)
    return visit.go(f"/stock/{record.product.id}", done="counted")


@DOORS.post("/stock/{product_id:str}/receive", "stock.edit")
async def receive(visit: Visit) -> Answer:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    form, currency = visit.form, visit.shop.settings.base_currency
    try:
        delivery = Delivery(
            _own_sku(visit, record),
            form.text("location", 64),
            typed_whole(form, "quantity") or 0,
            typed_amount(form, "cost", currency) or 0,
        )
        command = ReceiveStock(deliveries=[delivery], reason=form.text("reason", 300), actor=visit.actor)
        await receive_stock(visit.shop, command)
    except Refusal as refusal:
        return await _shelves_page(visit, refusal, "receive")
    return visit.go(f"/stock/{record.product.id}", done="received")


@DOORS.post("/stock/{product_id:str}/move", "stock.edit")
async def move(visit: Visit) -> Answer:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    form = visit.form
    try:
        transfer = Transfer(
            _own_sku(visit, record), form.text("source", 64), form.text("target", 64),
            typed_whole(form, "quantity") or 0,
        )  # fmt: skip
        command = MoveStock(transfers=[transfer], reason=form.text("reason", 300), actor=visit.actor)
        await move_stock(visit.shop, command)
    except Refusal as refusal:
        return await _shelves_page(visit, refusal, "move")
    return visit.go(f"/stock/{record.product.id}", done="moved")


@DOORS.post("/stock/{product_id:str}/policy", "stock.edit")
async def promise(visit: Visit) -> Answer:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    form = visit.form
    try:
        chosen = next((name for name in POLICIES if name == form.text("policy", 16)), None)
        if chosen is None:
            raise Invalid(field="policy", problem="problem-policy")
        policy = StockPolicy(
            sku=_own_sku(visit, record),
            location=form.text("location", 64),
            policy=chosen,
            beyond=0 if chosen == "deny" else typed_whole(form, "beyond") or 0,
            expected_ms=0 if chosen == "deny" else typed_day(form, "expected"),
            per_customer=typed_whole(form, "per_customer") or 0,
        )
        await set_stock_policy(visit.shop, policy, actor=visit.actor)
    except Refusal as refusal:
        return await _shelves_page(visit, refusal, "policy")
    return visit.go(f"/stock/{record.product.id}", done="policy")


def _own_sku(visit: Visit, record: ProductRecord) -> str:
    sku = visit.form.text("sku", 191)
    if sku not in record.product.skus:
        raise Invalid(field="sku", problem="error-not-found")
    return sku


def _typed(visit: Visit, record: ProductRecord) -> list[Received]:
    """Only rows where something was typed, so that an untouched row cannot undo what was sold meanwhile."""
    form, currency = visit.form, visit.shop.settings.base_currency
    counts = []
    for shelf in _shelves(visit, record):
        on_hand = typed_whole(form, f"on_hand_{shelf.row}")
        if on_hand is None:
            continue
        cost = typed_amount(form, f"cost_{shelf.row}", currency)
        known = shelf.unit_cost.amount if shelf.unit_cost else 0
        counts.append(Received(shelf.level.sku, shelf.level.location, on_hand, known if cost is None else cost))
    on_hand, sku = typed_whole(form, "on_hand_new"), form.text("sku_new", 191)
    if on_hand is not None:
        if sku not in record.product.skus:
            raise Invalid(field="sku_new", problem="error-not-found")
        location = form.text("location_new", 64)
        if not location:
            raise Invalid(field="location_new", problem="problem-count-location", sku=sku)
        cost = typed_amount(form, "cost_new", currency) or 0
        counts.append(Received(sku, location, on_hand, cost))
    return counts


def _shelves(visit: Visit, record: ProductRecord) -> list[Shelf]:
    """Every counted shelf, and one to begin with for a SKU that has none."""
    currency = visit.shop.settings.base_currency
    levels = [level for sku in record.product.skus for level in (record.levels.get(sku) or [StockLevel(sku, MAIN, 0)])]
    return [
        Shelf(row, level, Money(level.cost // level.on_hand, currency) if level.on_hand else None)
        for row, level in enumerate(levels)
    ]


async def _shelves_page(visit: Visit, refusal: Refusal | None = None, form: str = "") -> Answer:
    """The page; after a refusal with what was typed in `form` ("": the count), which is then open."""
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    typed = visit.form.typed([name for name in visit.form.fields if name != "csrf"])
    return visit.page(
        "shelves",
        record.product.name,
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        record=record,
        product=record.product,
        shelves=_shelves(visit, record),
        fields=visit.refused(refusal, typed) if refusal and not form else Fields(typed),
        open_form=form,
        places=[place for place, _ in await list_locations(visit.shop, visit.actor)],
        policies=POLICIES,
        day=lambda at_ms: iso(at_ms)[:10] if at_ms else "",
    )
