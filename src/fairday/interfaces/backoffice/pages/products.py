"""Products: the list, a new one, and the page of one, whose sections are saved one at a time."""

from collections.abc import Callable
from urllib.parse import urlencode

from msgspec.structs import replace

from fairday.domain.catalog import Product, Variant
from fairday.domain.pricing import Price
from fairday.interfaces.backoffice import product_forms as forms
from fairday.interfaces.backoffice.amounts import typed_amount, typed_whole
from fairday.interfaces.backoffice.doors import Answer, Doors
from fairday.interfaces.backoffice.visit import ROOT, Fields, Notice, Visit
from fairday.kernel.errors import Invalid, Refusal
from fairday.usecases.browse_products import Listed, ProductRecord, browse_products, open_product
from fairday.usecases.edit_product import ProductDraft, draft_of, save_product, set_listing
from fairday.usecases.set_prices import set_prices

DOORS = Doors()
LISTED: dict[str, Listed] = {"visible": "visible", "hidden": "hidden"}
NEW = ("name", "key", "sku", "brand", "price")


@DOORS.get("/products", "products.view")
async def show_products(visit: Visit) -> Answer:
    search, listed = visit.query("q"), LISTED.get(visit.query("listed", 8), "")
    found = await browse_products(
        visit.shop, visit.actor, search=search, listed=listed, cursor=visit.query("cursor", 26)
    )
    here = f"{ROOT}/products?{urlencode({'listed': listed, 'q': search})}"
    return visit.page("products", visit.text("office-products"), found=found, search=search, listed=listed, here=here)


@DOORS.get("/products/new", "products.edit")
async def ask_new_product(visit: Visit) -> Answer:
    return visit.page("product-new", visit.text("office-product-new"), fields=Fields())


@DOORS.post("/products/new", "products.edit")
async def make_product(visit: Visit) -> Answer:
    typed = visit.form.typed(NEW)
    currency = visit.shop.settings.base_currency
    try:
        if not typed["sku"]:
            raise Invalid(field="sku", problem="error-field-required")
        amount = typed_amount(visit.form, "price", currency)
        draft = ProductDraft(
            key=typed["key"] or typed["sku"],
            name=typed["name"],
            brand=typed["brand"],
            variants=(Variant(typed["sku"]),),
            released_ms=visit.now_ms,
        )
        product = await save_product(visit.shop, visit.actor, draft)
        if amount is not None and visit.may("prices.edit"):
            await set_prices(visit.shop, visit.actor, [Price(typed["sku"], currency, amount)])
    except Refusal as refusal:
        return visit.page(
            "product-new",
            visit.text("office-product-new"),
            status=refusal.status,
            fields=visit.refused(refusal, typed),
        )
    return visit.go(f"/products/{product.id}", done="product-made")


@DOORS.get("/products/{product_id:str}", "products.view")
async def show_product(visit: Visit) -> Answer:
    return await product_page(visit)


@DOORS.post("/products/{product_id:str}/words", "products.edit")
async def save_words(visit: Visit) -> Answer:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    return await save(
        visit, record, lambda product: forms.with_words(product, visit.form, _further(visit), record.categories)
    )


@DOORS.post("/products/{product_id:str}/variants", "products.edit")
async def save_variants(visit: Visit) -> Answer:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    return await save(visit, record, lambda product: forms.with_variants(product, visit.form))


@DOORS.post("/products/{product_id:str}/attributes", "products.edit")
async def save_attributes(visit: Visit) -> Answer:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    return await save(visit, record, lambda product: forms.with_attributes(product, visit.form))


@DOORS.post("/products/{product_id:str}/prices", "prices.edit")
async def save_prices(visit: Visit) -> Answer:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    try:
        prices, removed = forms.typed_prices(visit.form, record.product.skus, currencies(visit))
        await set_prices(visit.shop, visit.actor, prices, removed)
    except Refusal as refusal:
        return await product_page(visit, refusal)
    return visit.go(f"/products/{record.product.id}", done="saved")


@DOORS.post("/products/{product_id:str}/listing", "products.edit")
async def save_listing(visit: Visit) -> Answer:
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    shown = visit.form.text("listing", 8) == "visible"
    try:
        await set_listing(visit.shop, visit.actor, [record.product.id], "visible" if shown else "hidden")
    except Refusal as refusal:
        return await product_page(visit, refusal)
    return visit.go(f"/products/{record.product.id}", done="shown" if shown else "hidden")


async def save(visit: Visit, record: ProductRecord, change: Callable[[Product], Product]) -> Answer:
    """Save a section of the page, unless somebody else saved since it was opened."""
    try:
        version = typed_whole(visit.form, "version")
        changed = replace(change(record.product), version=-1 if version is None else version)
        await save_product(visit.shop, visit.actor, draft_of(changed))
    except Refusal as refusal:
        return await product_page(visit, refusal)
    return visit.go(f"/products/{record.product.id}", done="saved")


def currencies(visit: Visit) -> list[str]:
    """Currencies that the shop sells in, its own first."""
    base = visit.shop.settings.base_currency
    return sorted({base, *(currency for _, currency in visit.shop.settings.countries)}, key=lambda c: (c != base, c))


async def product_page(visit: Visit, refusal: Refusal | None = None) -> Answer:
    """The page of a product; after a refusal with what was typed where that is words."""
    record = await open_product(visit.shop, visit.actor, visit.path("product_id"))
    product, further = record.product, _further(visit)
    fields = forms.word_fields(product, further)
    if refusal:
        fields |= {name: visit.form.text(name, forms.TEXT) for name in fields if visit.form.has(name)}
    return visit.page(
        "product",
        product.name,
        status=refusal.status if refusal else 200,
        notice=Notice(visit.sentence(refusal), "bad") if refusal else None,
        record=record,
        product=product,
        further=further,
        fields=visit.refused(refusal, fields) if refusal else Fields(fields),
        choices=forms.category_choices(record.categories, product.category_ids, visit.language),
        variants=forms.variant_rows(product),
        options=forms.option_names(product),
        attributes=forms.attribute_rows(product),
        kinds=forms.ATTRIBUTE_KINDS,
        prices=forms.price_rows(product, record.prices, currencies(visit)),
        stock=sum(level.available for levels in record.levels.values() for level in levels),
        market=visit.shop.settings.markets[0].slug,
    )


def _further(visit: Visit) -> tuple[str, ...]:
    """Languages that a product's words are translated into: all but the first, which is its own."""
    return visit.shop.settings.languages[1:]
