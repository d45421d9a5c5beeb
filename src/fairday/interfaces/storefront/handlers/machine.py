"""What machines ask for, and plain pages: the way into a market, footer pages, manifest, robots, sitemap, favicon."""

import asyncio
from xml.sax.saxutils import escape

import msgspec
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from fairday.interfaces.storefront.front import Answer, AnyRequest, Front, Head
from fairday.interfaces.storefront.places import Place
from fairday.interfaces.storefront.views.account import TextPage
from fairday.interfaces.web.assets import asset_response
from fairday.interfaces.web.kept import Kept
from fairday.interfaces.web.pages import Rendered, public_answer, redirect, rendered
from fairday.interfaces.web.reading import read
from fairday.kernel.clock import HOUR_MS
from fairday.kernel.errors import NotFound
from fairday.usecases.list_slugs import list_slugs

TEXT_PAGES = ("delivery", "returns", "privacy", "contact")
SECTIONS = ("first", "second", "third")
HOUR_S = 3_600
DAY_CACHE = "public, max-age=86400"
SITEMAP_LIMIT = 50_000
SITEMAPS_KEPT = 64
XML = '<?xml version="1.0" encoding="UTF-8"?>'
SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
ICON_SIZES = (192, 512)


def routes(front: Front) -> list[HTTPRouteHandler]:
    """Everything that is not for sale."""
    return [*_pages(front), *_files(front)]


def _pages(front: Front) -> list[HTTPRouteHandler]:
    @read("/")
    async def door(request: AnyRequest) -> Answer:
        place = front.places.preferred(request.headers.get("accept-language", ""))
        answer = redirect(f"{place.base}/")
        answer.headers["vary"] = "accept-language"
        return answer

    @read("/{market:str}/pages/{name:str}")
    async def text(request: AnyRequest, market: FromPath[str], name: FromPath[str]) -> Answer:
        place = front.place(market)
        if name not in TEXT_PAGES:
            raise NotFound(what="page")

        async def build() -> tuple[Head, str, Struct]:
            return text_page(front, place, name)

        return await front.public(request, place, build)

    @read("/{market:str}/manifest.webmanifest")
    async def manifest(request: AnyRequest, market: FromPath[str]) -> Answer:
        text = msgspec.json.encode(web_manifest(front, front.place(market))).decode()
        page = rendered(text, "application/manifest+json", HOUR_S)
        return public_answer(page, request.headers, front.surface.policy)

    return [door, text, manifest]


def _files(front: Front) -> list[HTTPRouteHandler]:
    @read("/favicon.ico")
    async def favicon(request: AnyRequest) -> Answer:
        return asset_response(front.surface.assets.asset("favicon.ico"), request.headers, DAY_CACHE)

    @read("/robots.txt")
    async def robots(request: AnyRequest) -> Answer:
        url = front.web.public_url
        text = f"User-agent: *\nDisallow: /*/account\nDisallow: /*/orders/\n\nSitemap: {url}/sitemap.xml\n"
        return public_answer(rendered(text, "text/plain", HOUR_S), request.headers, front.surface.policy)

    @read("/sitemap.xml")
    async def index(request: AnyRequest) -> Answer:
        places = front.places.by_slug.values()
        maps = "".join(f"<sitemap><loc>{front.web.public_url}{p.base}/sitemap.xml</loc></sitemap>" for p in places)
        page = rendered(f'{XML}<sitemapindex xmlns="{SCHEMA}">{maps}</sitemapindex>', "application/xml", HOUR_S)
        return public_answer(page, request.headers, front.surface.policy)

    maps = Kept[Rendered](HOUR_MS, SITEMAPS_KEPT)

    @read("/{market:str}/sitemap.xml")
    async def sitemap(request: AnyRequest, market: FromPath[str]) -> Answer:
        place = front.place(market)
        page = await maps.get(market, lambda: build_sitemap(front, place))
        return public_answer(page, request.headers, front.surface.policy)

    return [favicon, robots, index, sitemap]


async def build_sitemap(front: Front, place: Place) -> Rendered:
    """Every page of a market worth finding; it holds 50,000 addresses, the newest beyond that are left out."""
    paths = [f"{place.base}/", *(f"{place.base}/pages/{name}" for name in TEXT_PAGES)]
    paths += [place.category(node.slug) for node in await front.categories()]
    after, more = "", True
    while more and len(paths) < SITEMAP_LIMIT:
        slugs, after = await list_slugs(front.shop, after)
        paths += [place.product(slug) for slug in slugs]
        more = bool(after)
        await asyncio.sleep(0)
    entries = "".join(f"<url><loc>{escape(front.web.public_url + path)}</loc></url>" for path in paths[:SITEMAP_LIMIT])
    return rendered(f'{XML}<urlset xmlns="{SCHEMA}">{entries}</urlset>', "application/xml", HOUR_S)


def text_page(front: Front, place: Place, name: str) -> tuple[Head, str, TextPage]:
    """A footer page: three short sections from the catalogue."""
    text = place.words.text
    heading, lead = text(f"page-{name}-heading"), text(f"page-{name}-lead")
    sections = tuple((text(f"page-{name}-{one}-heading"), text(f"page-{name}-{one}")) for one in SECTIONS)
    title = f"{heading} – {front.shop.settings.name}"
    return Head(title=title, description=lead, path=f"/pages/{name}"), "text", TextPage(heading, lead, sections)


def web_manifest(front: Front, place: Place) -> dict[str, object]:
    """What a browser needs to install the shop."""
    url, name = front.surface.assets.url, front.shop.settings.name
    icons = [
        {"src": url(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in ICON_SIZES
        for purpose in ("any", "maskable")
    ]
    return {
        "name": name,
        "short_name": name,
        "description": place.words.text("home-description"),
        "lang": place.tag,
        "id": f"{place.base}/",
        "start_url": f"{place.base}/",
        "scope": f"{place.base}/",
        "display": "standalone",
        "background_color": "#fdf8f0",
        "theme_color": "#fffdf9",
        "icons": icons,
    }
