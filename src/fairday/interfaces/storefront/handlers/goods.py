"""Home, listings, search, suggestions and products: pages that are the same for everybody."""

from collections.abc import Mapping

from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from fairday.domain.carts import Cart, CartLine
from fairday.domain.catalog import Category
from fairday.domain.pricing import delivery_window
from fairday.interfaces.storefront import show_goods as show
from fairday.interfaces.storefront.front import Answer, AnyRequest, Front, Head, category_name
from fairday.interfaces.storefront.listing import listing_view
from fairday.interfaces.storefront.places import Place
from fairday.interfaces.storefront.questions import Asked, parse, query_of
from fairday.interfaces.storefront.show_stock import later_text, limit_text, most_at_once
from fairday.interfaces.storefront.views.goods import Home, ProductPage, Stall
from fairday.interfaces.storefront.views.shell import Card as CardView
from fairday.interfaces.web.pages import json_answer, moved
from fairday.interfaces.web.reading import read
from fairday.kernel.errors import NotFound
from fairday.kernel.ids import is_id
from fairday.kernel.money import Money
from fairday.ports.search import SearchQuery
from fairday.usecases.list_cards import CardVariant
from fairday.usecases.quote_cart import estimate
from fairday.usecases.search_goods import search_goods, suggest_goods
from fairday.usecases.view_product import ProductView, view_product

SHELF = 8
OFFERS = 8
STALLS = 24
SUGGESTIONS = 8
MOST_AT_ONCE = 20
SUGGEST_CACHE = "public, max-age=60"


class Suggested(Struct, frozen=True):
    """One line under the search field."""

    text: str
    href: str
    hint: str = ""


class Suggestions(Struct, frozen=True):
    """What the search field asks for."""

    items: tuple[Suggested, ...]


def routes(front: Front) -> list[HTTPRouteHandler]:
    """Everything on the shelves."""

    @read("/{market:str}/")
    async def home(request: AnyRequest, market: FromPath[str]) -> Answer:
        place = front.place(market)
        return await front.public(request, place, lambda: build_home(front, place))

    @read("/{market:str}/c/{slug:str}")
    async def category(request: AnyRequest, market: FromPath[str], slug: FromPath[str]) -> Answer:
        place = front.place(market)
        asked = parse(request.scope["query_string"], place.market.currency)
        return await front.public(request, place, lambda: build_category(front, place, slug, asked))

    @read("/{market:str}/search")
    async def search(request: AnyRequest, market: FromPath[str]) -> Answer:
        place = front.place(market)
        asked = parse(request.scope["query_string"], place.market.currency)
        return await front.public(request, place, lambda: build_search(front, place, asked))

    @read("/{market:str}/suggest")
    async def suggest(request: AnyRequest, market: FromPath[str]) -> Answer:
        place = front.place(market)
        text = parse(request.scope["query_string"], place.market.currency).text
        return json_answer(await suggestions(front, place, text), cache_control=SUGGEST_CACHE)

    @read("/{market:str}/p/{slug:str}")
    async def product(request: AnyRequest, market: FromPath[str], slug: FromPath[str]) -> Answer:
        place = front.place(market)
        wanted = request.query_params.get("sku", "")
        if is_id(slug):
            named = await view_product(front.shop, slug, language=place.market.language, currency="", similar=0)
            return moved(place.product(named.product.slug, wanted))
        return await front.public(request, place, lambda: build_product(front, place, slug, wanted))

    return [home, category, search, suggest, product]


async def build_home(front: Front, place: Place) -> tuple[Head, str, Home]:
    """The front page."""
    words = place.words
    name = front.shop.settings.name
    head = Head(title=words.text("home-title", shop=name), description=words.text("home-description"))
    offers = await shelf(front, place, SearchQuery(on_offer=True, sort="rating", only_available=True, limit=OFFERS))
    newest = await shelf(front, place, SearchQuery(sort="newest", limit=SHELF))
    best = await shelf(front, place, SearchQuery(sort="rating", only_available=True, limit=SHELF))
    top = [node for node in await front.categories() if not node.parent_id][:STALLS]
    stalls = tuple([await _stall(front, place, node) for node in top])
    return head, "home", Home(stalls=stalls, on_offer=offers, newest=newest, best_rated=best)


async def shelf(front: Front, place: Place, query: SearchQuery) -> tuple[CardView, ...]:
    """Cards for a question that only says what and how many."""
    asked = _in(place, query)
    found = await search_goods(front.shop, asked)
    now_ms = front.shop.clock.now_ms()
    return tuple(show.card(front.web, place, card, now_ms) for card in found.cards)


async def _stall(front: Front, place: Place, node: Category) -> Stall:
    cards = await shelf(front, place, SearchQuery(category_id=node.id, sort="rating", limit=1))
    picture = cards[0].picture if cards else None
    return Stall(place.category(node.slug), category_name(node, place), picture)


def _in(place: Place, query: SearchQuery) -> SearchQuery:
    return SearchQuery(
        category_id=query.category_id, on_offer=query.on_offer, sort=query.sort, only_available=query.only_available,
        limit=query.limit, language=place.market.language, currency=place.market.currency, facets=False,
    )  # fmt: skip


async def build_category(front: Front, place: Place, slug: str, asked: Asked) -> tuple[Head, str, Struct]:
    """A category's listing; NotFound when there is no such category."""
    tree = {node.slug: node for node in await front.categories()}
    node = tree.get(slug)
    if node is None:
        raise NotFound(what="category")
    found = await search_goods(front.shop, query_of(asked, place, node.id))
    words, name = place.words, category_name(node, place)
    page = await listing_view(front, place, asked, found, node)
    shop = front.shop.settings.name
    head = Head(
        title=words.text("listing-title", name=name, shop=shop),
        description=words.text("listing-description", name=name, shop=shop, count=found.total),
        path=place.category(slug).removeprefix(place.base) + (f"?page={asked.page}" if asked.page > 1 else ""),
        indexed=not asked.filtered,
    )
    return head, "listing", page


async def build_search(front: Front, place: Place, asked: Asked) -> tuple[Head, str, Struct]:
    """What a search finds; without words, everything."""
    nodes = {node.slug: node for node in await front.categories()}
    chosen = nodes.get(asked.category)
    found = await search_goods(front.shop, query_of(asked, place, chosen.id if chosen else ""))
    shop, words = front.shop.settings.name, place.words
    page = await listing_view(front, place, asked, found, None)
    title = (
        words.text("search-title", query=asked.text, shop=shop)
        if asked.text
        else words.text("search-all-title", shop=shop)
    )
    head = Head(
        title=title,
        description=words.text("home-description"),
        path="/search",
        indexed=not asked.filtered,
        query=asked.text,
    )
    return head, "listing", page


async def suggestions(front: Front, place: Place, text: str) -> Suggestions:
    """Completions that lead somewhere: products and categories to their pages, words to a search."""
    found = await suggest_goods(front.shop, text, language=place.market.language, limit=SUGGESTIONS) if text else []
    products = await front.shop.products.get_many([one.id for one in found if one.kind == "product"])
    nodes = {node.id: node for node in await front.categories()}
    slugs: Mapping[str, str] = {one.id: place.product(one.slug) for one in products.values()}
    items = []
    for one in found:
        if one.kind == "product" and one.id in slugs:
            items.append(Suggested(one.text, slugs[one.id]))
        elif one.kind == "category" and one.id in nodes:
            items.append(Suggested(one.text, place.category(nodes[one.id].slug), place.words.text("listing-category")))
        elif one.kind == "query":
            items.append(Suggested(one.text, place.search([("q", one.text)])))
    return Suggestions(tuple(items))


async def build_product(front: Front, place: Place, slug: str, wanted: str) -> tuple[Head, str, Struct]:
    """A product's page, seen through the variant that was asked for, or the best that can be had."""
    view = await view_product(front.shop, slug, language=place.market.language, currency=place.market.currency)
    chosen = _chosen(view, wanted)
    page = await _product_page(front, place, view, chosen)
    product = view.product
    first = page.gallery[0].picture if page.gallery else None
    head = Head(
        title=place.words.text("product-title", name=product.name, shop=front.shop.settings.name),
        description=product.summary or product.name,
        path=place.product(slug).removeprefix(place.base),
        image=f"{front.web.public_url}{first.src}" if first else "",
    )
    return head, "product", page


def _chosen(view: ProductView, wanted: str) -> CardVariant:
    variants = view.card.variants
    for variant in variants:
        if variant.sku == wanted:
            return variant
    return next((one for one in variants if one.available and one.amount is not None), variants[0])


async def _product_page(front: Front, place: Place, view: ProductView, chosen: CardVariant) -> ProductPage:
    product, web, words = view.product, front.web, place.words
    trail = show.crumbs(front.shop.settings.name, place, view.path, product.name)
    now_ms = front.shop.clock.now_ms()
    quote = (await estimate(front.shop, _cart_of_one(place, chosen.sku))).quote
    offer = next((one for one in quote.methods if one.method == quote.method), None)
    later = later_text(place, chosen.offer, 1, now_ms)
    first, last = delivery_window(now_ms, offer) if offer and not later else (None, None)
    currency = view.card.currency
    return ProductPage(
        name=product.name,
        sku=chosen.sku,
        summary=product.summary,
        brand=product.brand,
        brand_href=place.search([("brand", product.brand)]) if product.brand else "",
        description_html=product.description_html,
        crumbs=trail,
        gallery=show.gallery(web, product, words.text("product-video-name", name=product.name)),
        options=show.choices(place, product, view.card.variants, chosen),
        price=Money(chosen.amount, currency) if chosen.amount is not None else None,
        compare_at=Money(chosen.compare_at, currency) if chosen.compare_at else None,
        percent_off=show.percent_off(chosen.amount, chosen.compare_at),
        tax_included=quote.tax_included,
        stock_left=chosen.available,
        low_stock=chosen.available <= show.LOW_STOCK,
        later=later,
        preorder=bool(later) and chosen.offer.policy == "preorder",
        limit=limit_text(place, chosen.offer),
        most=most_at_once(chosen.offer, MOST_AT_ONCE) or 1,
        arrives_first=first,
        arrives_last=last,
        rating_x100=product.rating.average_x100,
        rating_count=product.rating.count,
        facts=show.facts(place, product.attributes),
        similar=tuple(show.card(web, place, card, now_ms) for card in view.similar),
        json_ld=show.product_json_ld(web, place, view, chosen),
        crumbs_json_ld=show.crumbs_json_ld(web, trail),
    )


def _cart_of_one(place: Place, sku: str) -> Cart:
    """One piece in a cart that is never kept: what sending it takes and costs."""
    market = place.market
    return Cart(
        id="", currency=market.currency, country=market.country, language=market.language, lines=(CartLine(sku, 1),)
    )
