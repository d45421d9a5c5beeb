"""Edit the catalogue by hand: save a product, hang it into the tree, show or hide it. Checked, sanitised, audited.

Prices are set by `set_prices`, stock by `count_stock`, pictures stored by `store_picture`; here their places in the
document are kept. A product is new until it is shown.
"""

import math
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import asdict, replace

from fairday.domain.access import Actor, Change, require
from fairday.domain.catalog import Attribute, Category, Localised, Media, Option, Product, Rating, Variant
from fairday.domain.pricing import store as pricing
from fairday.domain.pricing.events import ListingsChanged
from fairday.domain.pricing.model import ListingState
from fairday.kernel.errors import Conflict, Invalid, NotFound
from fairday.kernel.events import announce
from fairday.kernel.ids import new_id
from fairday.kernel.sql import KEY_LENGTH
from fairday.ports.products import BATCH_LIMIT
from fairday.usecases import rich_text
from fairday.usecases.list_cards import tag
from fairday.usecases.product_lines import ATTRIBUTES_LIMIT, NAME_CHARACTERS, VARIANTS_LIMIT, slug_of
from fairday.usecases.shop import Shop
from fairday.usecases.write_audit import write_audit

SUMMARY_CHARACTERS = 2_000
MEDIA_LIMIT = 50
CATEGORIES_LIMIT = 20
DEPTH_LIMIT = 12
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
_TAX_CLASS = re.compile(r"[a-z][a-z0-9-]{0,31}")


class ProductDraft(Struct, frozen=True, kw_only=True):
    """A product as somebody wants it. Without `id` it is new; `version` is the one they saw."""

    id: str = ""
    version: int = 0
    key: str
    name: str
    slug: str = ""
    summary: str = ""
    description_html: str = ""
    brand: str = ""
    category_ids: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    variants: tuple[Variant, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    media: tuple[Media, ...] = ()
    translations: dict[str, Localised] = {}
    tax_class: str = "standard"
    released_ms: int = 0


class CategoryDraft(Struct, frozen=True, kw_only=True):
    """A category as somebody wants it; without `id` it is new."""

    id: str = ""
    key: str
    name: str
    slug: str = ""
    parent_id: str = ""
    names: dict[str, str] = {}
    position: int = 0


def draft_of(product: Product) -> ProductDraft:
    """A stored product, ready to be changed."""
    fields = set(ProductDraft.__struct_fields__)
    return ProductDraft(**{name: getattr(product, name) for name in fields})


async def save_product(shop: Shop, actor: Actor, draft: ProductDraft) -> Product:
    """Write it. Invalid (with `field`), Conflict (somebody saved meanwhile), DuplicateSku, DuplicateKey, NotFound."""
    require(actor.role, "products.edit")
    before = None
    if draft.id:
        before = (await shop.products.get_many([draft.id])).get(draft.id)
        if before is None:
            raise NotFound(what="product")
        if before.version != draft.version:
            raise Conflict(key=draft.key)
    known = {node.id for node in await shop.products.categories()}
    after = _product(draft, before)
    _check(after, known)
    if after == before:
        return before
    await shop.products.put_many([after], unchanged_since_read=True)
    if before is not None:
        await _forget_prices(shop, set(before.skus) - set(after.skus))
    await shop.cache.drop_tags([tag(after.id)])
    async with shop.database.write() as unit:
        await write_audit(shop, unit, actor, _change(before, after))
    return replace(after, version=after.version + 1)


async def set_listing(shop: Shop, actor: Actor, product_ids: Sequence[str], state: ListingState) -> int:
    """Show or hide products; how many that changed. NotFound when one of them is none. At most 500."""
    require(actor.role, "products.edit")
    assert len(product_ids) <= BATCH_LIMIT
    if set(product_ids) - set(await shop.products.get_many(product_ids)):
        raise NotFound(what="product")
    async with shop.database.write() as unit:
        visible = await pricing.visible(unit, product_ids)
        changed = sorted(one for one in set(product_ids) if (one in visible) != (state == "visible"))
        if changed:
            await pricing.set_listings(unit, [(one, state) for one in changed])
            await announce(unit, [ListingsChanged(subject=changed[0], product_ids=tuple(changed))], shop.clock.now_ms())
            action = "product.shown" if state == "visible" else "product.hidden"
            await write_audit(shop, unit, actor, *(Change(action, "product", one, {}) for one in changed))
    await shop.cache.drop_tags([tag(one) for one in changed])
    return len(changed)


async def save_category(shop: Shop, actor: Actor, draft: CategoryDraft) -> Category:
    """Write a node of the tree. Invalid when its key is taken, its parent is none, or below itself; NotFound."""
    require(actor.role, "categories.edit")
    nodes = {node.id: node for node in await shop.products.categories()}
    if draft.id and draft.id not in nodes:
        raise NotFound(what="category")
    node = Category(
        id=draft.id or new_id(), key=draft.key.strip(), slug=draft.slug.strip() or slug_of(draft.name, ""),
        name=draft.name.strip(), parent_id=draft.parent_id, position=draft.position,
        names={language: name.strip() for language, name in draft.names.items() if name.strip()},
    )  # fmt: skip
    _check_category(node, nodes)
    if node != nodes.get(node.id):
        await shop.products.put_many(categories=[node])
        async with shop.database.write() as unit:
            await write_audit(shop, unit, actor, Change("category.saved", "category", node.id, {"name": node.name}))
    return node


def _product(draft: ProductDraft, before: Product | None) -> Product:
    product_id = before.id if before else new_id()
    fields = {**asdict(draft), "id": product_id, "name": " ".join(draft.name.split()), "key": draft.key.strip()}
    fields["slug"] = draft.slug.strip() or (before.slug if before else slug_of(draft.name, product_id))
    fields["summary"] = " ".join(draft.summary.split())
    fields["description_html"] = rich_text.sanitise(draft.description_html)
    fields["translations"] = {
        language: replace(words, description_html=rich_text.sanitise(words.description_html))
        for language, words in draft.translations.items()
        if words != Localised()
    }
    return Product(**fields, rating=before.rating if before else Rating())


def _check(product: Product, category_ids: set[str]) -> None:
    """Invalid with the first field that cannot be."""
    rules = (
        ("key", _is_line(product.key, KEY_LENGTH), "problem-product-key"),
        ("name", _is_line(product.name, NAME_CHARACTERS), "problem-product-name"),
        ("slug", bool(_SLUG.fullmatch(product.slug)) and len(product.slug) <= KEY_LENGTH, "problem-product-slug"),
        ("summary", len(product.summary) <= SUMMARY_CHARACTERS, "problem-product-summary"),
        ("tax_class", bool(_TAX_CLASS.fullmatch(product.tax_class)), "problem-product-tax-class"),
        (
            "category_ids",
            set(product.category_ids) <= category_ids and len(product.category_ids) <= CATEGORIES_LIMIT,
            "problem-product-category",
        ),
        ("variants", _are_variants(product), "problem-product-variants"),
        ("attributes", _are_attributes(product.attributes), "problem-product-attributes"),
        ("media", len(product.media) <= MEDIA_LIMIT, "problem-product-media"),
    )
    for field, fine, problem in rules:
        if not fine:
            raise Invalid(field=field, problem=problem)


def _are_variants(product: Product) -> bool:
    skus = product.skus
    chosen = {tuple(sorted(variant.options.items())) for variant in product.variants}
    return (
        0 < len(skus) <= VARIANTS_LIMIT
        and len(set(skus)) == len(skus)
        and all(_is_line(sku, KEY_LENGTH) for sku in skus)
        and all(variant.weight_g >= 0 for variant in product.variants)
        and (len(chosen) == len(skus) or not product.options)
    )


def _are_attributes(attributes: Sequence[Attribute]) -> bool:
    return len(attributes) <= ATTRIBUTES_LIMIT and all(
        _is_line(one.name, KEY_LENGTH) and (one.number is None or math.isfinite(one.number)) for one in attributes
    )


def _check_category(node: Category, nodes: Mapping[str, Category]) -> None:
    if not _is_line(node.key, KEY_LENGTH) or any(o.key == node.key and o.id != node.id for o in nodes.values()):
        raise Invalid(field="key", problem="problem-category-key")
    if not _is_line(node.name, NAME_CHARACTERS):
        raise Invalid(field="name", problem="problem-product-name")
    if not _SLUG.fullmatch(node.slug):
        raise Invalid(field="slug", problem="problem-product-slug")
    above, steps = node.parent_id, 0
    while above:
        if above not in nodes or above == node.id or steps >= DEPTH_LIMIT:
            raise Invalid(field="parent_id", problem="problem-category-parent")
        above, steps = nodes[above].parent_id, steps + 1


def _is_line(text: str, limit: int) -> bool:
    return 0 < len(text) <= limit and text == text.strip() and text.isprintable()


def _change(before: Product | None, after: Product) -> Change:
    if before is None:
        return Change("product.created", "product", after.id, {"key": after.key})
    fields = [name for name in Product.__struct_fields__ if getattr(before, name) != getattr(after, name)]
    return Change("product.changed", "product", after.id, {"key": after.key, "fields": ", ".join(fields)})


async def _forget_prices(shop: Shop, skus: set[str]) -> None:
    """SKUs that are no longer sold have no price either; their stock is still on the shelf."""
    async with shop.database.write() as unit:
        prices = await pricing.all_prices(unit, sorted(skus))
        await pricing.remove_prices(unit, [(price.sku, price.currency) for each in prices.values() for price in each])
