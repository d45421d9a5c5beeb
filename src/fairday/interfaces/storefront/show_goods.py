"""From products and cards to what pages show of them. Prices and stock arrive decided."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fairday.domain.catalog import Attribute, Category, Media, Product, Rendition
from fairday.domain.inventory import Offer
from fairday.interfaces.storefront.front import category_name
from fairday.interfaces.storefront.places import Place
from fairday.interfaces.storefront.views.goods import Choice, Choices, Fact, Shot
from fairday.interfaces.storefront.views.shell import Card as CardView
from fairday.interfaces.storefront.views.shell import Link, Picture, Source
from fairday.interfaces.web.surface import Web
from fairday.kernel.clock import DAY_MS
from fairday.kernel.money import Money, decimal_text
from fairday.usecases.list_cards import Card, CardVariant
from fairday.usecases.view_product import ProductView

FRESH_MS = 21 * DAY_MS
FORMATS = ("avif", "webp")
THUMBNAIL_PX = 320
LOW_STOCK = 5


def media_address(web: Web, key: str) -> str:
    """Where a stored file is served."""
    return f"{web.media_prefix}/{key}"


def picture(web: Web, media: Media | None, alt: str = "", *, widest_px: int = 0) -> Picture | None:
    """A picture with all its sizes, or those up to `widest_px`; `alt` stands in where the picture has none."""
    if media is None or media.kind != "image":
        return None
    sizes = [one for one in media.renditions if not widest_px or one.width_px <= widest_px] or list(media.renditions)
    sources = tuple(Source(f"image/{kind}", srcset) for kind in FORMATS if (srcset := _srcset(web, sizes, (kind,))))
    plain = [one for one in sizes if one.format not in FORMATS]
    largest = max(plain, key=lambda one: one.width_px, default=None)
    return Picture(
        src=media_address(web, largest.key if largest else media.key),
        alt=media.alt or alt,
        width_px=(largest.width_px if largest else media.width_px) or 800,
        height_px=(largest.height_px if largest else media.height_px) or 800,
        sources=sources,
        srcset=_srcset(web, plain, tuple({one.format for one in plain})) if len(plain) > 1 else "",
    )


def _srcset(web: Web, sizes: Iterable[Rendition], kinds: Sequence[str]) -> str:
    chosen = sorted((one for one in sizes if one.format in kinds), key=lambda one: one.width_px)
    return ", ".join(f"{media_address(web, one.key)} {one.width_px}w" for one in chosen)


def card(web: Web, place: Place, shown: Card, now_ms: int) -> CardView:
    """A card for a listing in this market."""
    money = Money(shown.amount, shown.currency) if shown.amount is not None else None
    before = Money(shown.compare_at, shown.currency) if shown.compare_at else None
    return CardView(
        id=shown.product_id,
        href=place.product(shown.slug),
        name=shown.name,
        brand=shown.brand,
        picture=picture(web, shown.picture, widest_px=640),
        price=money,
        compare_at=before,
        percent_off=percent_off(shown.amount, shown.compare_at),
        from_price=shown.from_price,
        available=shown.available,
        rating_x100=shown.rating.average_x100,
        rating_count=shown.rating.count,
        fresh=shown.released_ms > 0 and now_ms - shown.released_ms < FRESH_MS,
    )


def percent_off(amount: int | None, before: int | None) -> int:
    """How much lower a price is than before, in whole percent, rounded down so that it never boasts."""
    return (before - amount) * 100 // before if amount is not None and before and before > amount else 0


def gallery(web: Web, product: Product, film_name: str) -> tuple[Shot, ...]:
    """Pictures first, then films; a film's poster is its thumbnail."""
    pictures = [media for media in product.media if media.kind == "image"]
    films = [media for media in product.media if media.kind == "video"]
    shots = [
        Shot(
            picture=picture(web, media, product.name),
            thumbnail=msgspec.structs.replace(small, alt="")
            if (small := picture(web, media, widest_px=THUMBNAIL_PX))
            else None,
            name=product.name,
        )
        for media in pictures
    ]
    for media in films:
        poster = media_address(web, media.poster_key) if media.poster_key else ""
        width_px, height_px = media.width_px or 1280, media.height_px or 720
        shots.append(
            Shot(
                thumbnail=Picture(poster, "", width_px, height_px) if poster else None,
                video_src=media_address(web, media.key),
                video_type=media.mime,
                captions_src=media_address(web, media.captions_key) if media.captions_key else "",
                poster=poster,
                name=film_name,
                width_px=width_px,
                height_px=height_px,
            )
        )
    return tuple(shots)


def choices(
    place: Place, product: Product, variants: Sequence[CardVariant], chosen: CardVariant
) -> tuple[Choices, ...]:
    """Every option with its values; a value leads to the variant that differs from the chosen one in it alone."""
    by_options = {_key(one.options): one for one in variants}
    return tuple(
        Choices(
            place.vocabulary.term(option.name),
            tuple(
                _choice(place, product, by_options.get(_key({**chosen.options, option.name: value})), value, chosen)
                for value in option.values
            ),
        )
        for option in product.options
    )


def _choice(place: Place, product: Product, variant: CardVariant | None, value: str, chosen: CardVariant) -> Choice:
    if variant is None:
        return Choice(place.vocabulary.term(value), "", available=False)
    sku = variant.sku if variant.sku != product.skus[0] else ""
    return Choice(
        place.vocabulary.term(value),
        place.product(product.slug, sku),
        current=variant.sku == chosen.sku,
        available=variant.available > 0,
    )


def _key(options: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(options.items()))


def facts(place: Place, attributes: Iterable[Attribute]) -> tuple[Fact, ...]:
    """The table of properties."""
    return tuple(Fact(place.vocabulary.term(one.name), fact_text(place, one)) for one in attributes)


def fact_text(place: Place, one: Attribute) -> str:
    """A property's value with its unit, as the market reads it."""
    if one.kind == "flag":
        return place.words.text("value-yes" if one.flag else "value-no")
    numeric = one.kind == "number" and one.number is not None
    shown = place.formats.number(one.number or 0) if numeric else place.vocabulary.term(one.shown)
    return f"{shown} {place.vocabulary.term(one.unit)}" if one.unit else shown


def crumbs(front_name: str, place: Place, path: Sequence[Category], last: str = "") -> tuple[Link, ...]:
    """The way from the front page."""
    steps = [Link(f"{place.base}/", front_name)]
    steps += [Link(place.category(node.slug), category_name(node, place)) for node in path]
    return (*steps, Link("", last)) if last else tuple(steps)


def json_ld(document: object) -> str:
    """A document for machines, safe inside a script element."""
    text = msgspec.json.encode(document).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def product_json_ld(web: Web, place: Place, view: ProductView, chosen: CardVariant) -> str:
    """The product as schema.org describes one, seen through the chosen variant."""
    product = view.product
    document: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "sku": chosen.sku,
        "description": product.summary,
        "image": [f"{web.public_url}{media_address(web, m.key)}" for m in product.media if m.kind == "image"],
    }
    if product.brand:
        document["brand"] = {"@type": "Brand", "name": product.brand}
    if product.rating.count:
        document["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": product.rating.average_x100 / 100,
            "reviewCount": product.rating.count,
        }
    if chosen.amount is not None:
        document["offers"] = {
            "@type": "Offer",
            "url": f"{web.public_url}{place.product(product.slug)}",
            "priceCurrency": view.card.currency,
            "price": decimal_text(chosen.amount, view.card.currency),
            "availability": f"https://schema.org/{_availability(chosen.offer)}",
        }
    return json_ld(document)


def _availability(offer: Offer) -> str:
    if offer.now:
        return "InStock"
    if offer.later:
        return "PreOrder" if offer.policy == "preorder" else "BackOrder"
    return "OutOfStock"


def crumbs_json_ld(web: Web, links: Sequence[Link]) -> str:
    """The breadcrumbs for machines."""
    items = [
        {
            "@type": "ListItem",
            "position": n,
            "name": link.text,
            **({"item": web.public_url + link.href} if link.href else {}),
        }
        for n, link in enumerate(links, start=1)
    ]
    return json_ld({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})
