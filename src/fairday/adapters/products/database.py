"""`database:` keeps product documents as JSON in the relational database, with their SKUs in a table of their own.

A write and its announcement commit together. Readers are told about documents, never about prices or stock.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.sql.elements import ColumnElement

from fairday.adapters.products.tables import CATEGORIES, PRODUCT_SKUS, PRODUCTS
from fairday.domain.catalog import CategoriesChanged, Category, Product, ProductsChanged
from fairday.domain.catalog.errors import DuplicateKey, DuplicateSku, ProductTooLarge
from fairday.kernel.clock import Clock
from fairday.kernel.errors import Conflict
from fairday.kernel.events import Event, announce
from fairday.kernel.sql import Statement, insert_new, upsert, within
from fairday.kernel.unit_of_work import Reader, Row, Writer
from fairday.ports.database import Database
from fairday.ports.products import BATCH_LIMIT, DOCUMENT_LIMIT_BYTES, Lookup


class DatabaseProducts:
    """The Products port on the relational database. Documents decide no money and no stock, so a replica may answer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._tree: list[Category] = []
        self._tree_rows: list[Row] = []

    async def get_many(self, product_ids: Sequence[str]) -> dict[str, Product]:
        """The documents that exist, by id."""
        assert len(product_ids) <= BATCH_LIMIT
        async with self._database.read(stale=True) as reader:
            rows = await reader.rows(_BODIES, ids=list(product_ids))
        return {product.id: product for product in map(_product, rows)}

    async def find(self, by: Lookup, values: Sequence[str]) -> Mapping[str, str]:
        """Product ids by key, SKU or slug."""
        assert len(values) <= BATCH_LIMIT
        async with self._database.read(stale=True) as reader:
            return dict(await reader.rows(_LOOKUPS[by], names=list(values)))

    async def page(self, after: str, limit: int) -> list[Product]:
        """The next documents in id order."""
        async with self._database.read(stale=True) as reader:
            return [_product(row) for row in await reader.rows(_PAGE, after=after, limit=min(limit, BATCH_LIMIT))]

    async def put_many(
        self,
        products: Sequence[Product] = (),
        categories: Sequence[Category] = (),
        *,
        unchanged_since_read: bool = False,
    ) -> None:
        """Check everything, then write everything, in one unit of work."""
        assert len(products) <= BATCH_LIMIT
        products = list({product.id: product for product in products}.values())
        events: list[Event] = []
        now_ms = self._clock.now_ms()
        async with self._database.write() as unit:
            if products:
                await _write_products(unit, products, now_ms, checked=unchanged_since_read)
                ids = tuple(product.id for product in products)
                events.append(ProductsChanged(subject=ids[0], product_ids=ids))
            if categories:
                rows = [{"id": node.id, "body": msgspec.json.encode(node).decode()} for node in categories]
                await unit.run_many(_PUT_CATEGORY, rows)
                events.append(CategoriesChanged(subject="tree"))
            await announce(unit, events, now_ms)

    async def categories(self) -> list[Category]:
        """The whole tree in order."""
        async with self._database.read(stale=True) as reader:
            rows = await reader.rows(_CATEGORIES)
        if rows != self._tree_rows:  # every page asks, and the tree hardly ever changes
            self._tree = in_tree_order([_CATEGORY.decode(row[0]) for row in rows])
            self._tree_rows = rows
        return list(self._tree)


def in_tree_order(nodes: Sequence[Category]) -> list[Category]:
    """Parents before children, siblings by position and name. A node whose parent is missing stands at the top."""
    known = {node.id for node in nodes}
    children: dict[str, list[Category]] = defaultdict(list)
    for node in nodes:
        children[node.parent_id if node.parent_id in known else ""].append(node)
    ordered: list[Category] = []
    waiting = _siblings(children[""])
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        waiting += _siblings(children[node.id])
    return ordered


def _siblings(nodes: Sequence[Category]) -> list[Category]:
    return sorted(nodes, key=lambda node: (node.position, node.name, node.id), reverse=True)


async def _write_products(unit: Writer, products: Sequence[Product], now_ms: int, *, checked: bool) -> None:
    ids = [product.id for product in products]
    versions: dict[str, int] = dict(await unit.rows(_VERSIONS, ids=ids))
    if checked:
        stale = next((product.key for product in products if product.version != versions.get(product.id, 0)), None)
        if stale is not None:
            raise Conflict(key=stale)
    await _refuse_duplicates(unit, products)
    rows = [_row(product, versions.get(product.id, 0) + 1, now_ms) for product in products]
    await unit.run_many(_REPLACE, [_prefixed(row) for row in rows if row["id"] in versions])
    await unit.run_many(_INSERT, [row for row in rows if row["id"] not in versions])
    await unit.run(_DROP_SKUS, ids=[product_id for product_id in ids if product_id in versions])
    skus = [{"sku": sku, "product_id": product.id} for product in products for sku in product.skus]
    await unit.run_many(_PUT_SKU, skus)


async def _refuse_duplicates(unit: Reader, products: Sequence[Product]) -> None:
    keys: dict[str, str] = dict(await unit.rows(_LOOKUPS["key"], names=[p.key for p in products]))
    for product in products:
        if keys.setdefault(product.key, product.id) != product.id:
            raise DuplicateKey(key=product.key)
    rows = await unit.rows(_OWNERS, names=[sku for product in products for sku in product.skus])
    writing = {product.id for product in products}
    # A SKU may move between products of one batch: what counts is who has it afterwards.
    owners: dict[str, str] = {sku: key for sku, owner, key in rows if owner not in writing}
    for product in products:
        for sku in product.skus:
            if sku in owners:
                raise DuplicateSku(sku=sku, key=product.key, other_key=owners[sku])
            owners[sku] = product.key


def _row(product: Product, version: int, now_ms: int) -> dict[str, str | int]:
    body = msgspec.json.encode(replace(product, version=version))
    if len(body) > DOCUMENT_LIMIT_BYTES:
        raise ProductTooLarge(key=product.key, limit_bytes=DOCUMENT_LIMIT_BYTES)
    return {
        "id": product.id, "key": product.key, "slug": product.slug, "version": version, "body": body.decode(),
        "at_ms": now_ms,
    }  # fmt: skip


def _prefixed(row: Mapping[str, str | int]) -> dict[str, str | int]:
    return {f"b_{name}": value for name, value in row.items()}


def _product(row: Sequence[str]) -> Product:
    return _PRODUCT.decode(row[0])


def _lookup(column: ColumnElement[str]) -> Statement:
    return Statement(select(column, PRODUCTS.c.id).where(within(column, "names")).order_by(PRODUCTS.c.id.desc()))


_PRODUCT = msgspec.json.Decoder(Product)
_CATEGORY = msgspec.json.Decoder(Category)
_BODIES = Statement(select(PRODUCTS.c.body).where(within(PRODUCTS.c.id, "ids")))
_VERSIONS = Statement(
    select(PRODUCTS.c.id, PRODUCTS.c.version)
    .where(within(PRODUCTS.c.id, "ids"))
    .order_by(PRODUCTS.c.id)
    .with_for_update()
)
_LOOKUPS: Mapping[Lookup, Statement] = {
    "key": _lookup(PRODUCTS.c.key),
    "slug": _lookup(PRODUCTS.c.slug),
    "sku": Statement(select(PRODUCT_SKUS.c.sku, PRODUCT_SKUS.c.product_id).where(within(PRODUCT_SKUS.c.sku, "names"))),
}
_PAGE = Statement(
    select(PRODUCTS.c.body).where(PRODUCTS.c.id > bindparam("after")).order_by(PRODUCTS.c.id).limit(bindparam("limit"))
)
_OWNERS = Statement(
    select(PRODUCT_SKUS.c.sku, PRODUCTS.c.id, PRODUCTS.c.key)
    .join_from(PRODUCT_SKUS, PRODUCTS, PRODUCTS.c.id == PRODUCT_SKUS.c.product_id)
    .where(within(PRODUCT_SKUS.c.sku, "names"))
)
_INSERT = insert_new(PRODUCTS)
_REPLACE = Statement(
    update(PRODUCTS)
    .where(PRODUCTS.c.id == bindparam("b_id"))
    .values({name: bindparam(f"b_{name}") for name in ("key", "slug", "version", "body", "at_ms")})
)
_DROP_SKUS = Statement(delete(PRODUCT_SKUS).where(within(PRODUCT_SKUS.c.product_id, "ids")))
_PUT_SKU = upsert(PRODUCT_SKUS)
_PUT_CATEGORY = upsert(CATEGORIES)
_CATEGORIES = Statement(select(CATEGORIES.c.body).order_by(CATEGORIES.c.id))
