"""View models with something in every field, for tests that render all pages without a store."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from fairday.interfaces.storefront.handlers.away import Leaving
from fairday.interfaces.storefront.handlers.checkout import Waiting
from fairday.interfaces.storefront.views.account import (
    AccountPage,
    AddressCard,
    ErrorPage,
    FormPage,
    GiftPage,
    OrderRow,
    TextPage,
)
from fairday.interfaces.storefront.views.buying import (
    CartPage,
    Checkout,
    GiftLine,
    GiftPart,
    LineView,
    OrderPage,
    Parcel,
    PaymentChoice,
    RefundView,
    ShippingChoice,
    Step,
    Sums,
)
from fairday.interfaces.storefront.views.goods import (
    Chip,
    Choice,
    Choices,
    FacetGroup,
    FacetValue,
    Fact,
    Home,
    Listing,
    Page,
    ProductPage,
    Shot,
    Stall,
)
from fairday.interfaces.storefront.views.shell import (
    Card,
    Fields,
    Link,
    MarketLink,
    Notice,
    Picture,
    Shell,
    Source,
)
from fairday.kernel.money import Money

NOON_MS = 1_795_176_000_000
MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
NAMES = (
    "Hand-turned ash bowl",
    "Enamel kettle, two litres",
    "Field notebook",
    "Walnut desk lamp",
    "Linen apron",
    "Kite",
)


def eur(amount: int) -> Money:
    """So many cents."""
    return Money(amount, "EUR")


def shell(base: str = "/en-de", *, private: bool = False, name: str = "Fairday") -> Shell:
    """A page's surroundings; `name` goes into every field that a merchant or shopper can write."""
    aisles = tuple(Link(f"{base}/c/{n}", n) for n in ("Kitchen", "Garden", "Desk & paper", "Light", "Play", name))
    markets = (
        MarketLink("/en-de/", "en-DE", "Germany", "English", "EUR", current=base == "/en-de"),
        MarketLink("/de-de/", "de-DE", "Deutschland", "Deutsch", "EUR", current=base == "/de-de"),
        MarketLink("/en-us/", "en-US", "United States", "English", "USD"),
    )
    return Shell(
        base=base,
        market_tag=base[1:3],
        country="DE",
        currency="EUR",
        title=name,
        public_url="http://127.0.0.1:8000",
        path="/",
        description=name,
        aisles=aisles,
        markets=markets,
        query=name,
        image=f"/media/{name}",
        private=private,
        indexed=not private,
        nonce="n0nce" if private else "",
        csrf="t0ken" if private else "",
        cart_count=3,
        customer_name=name if private else "",
    )


def picture(n: int = 1, alt: str = "A bowl") -> Picture:
    """A picture with both modern formats."""
    src = f"/media/sample-{n}.svg"
    sources = (Source("image/avif", f"{src} 400w, {src} 800w"), Source("image/webp", f"{src} 400w"))
    return Picture(src, alt, 800, 800, sources, f"{src} 800w")


def card(n: int = 0, name: str = "") -> Card:
    """A card; every third is on offer, every fifth sold out."""
    price = 1900 + 731 * n
    return Card(
        id=f"p{n}",
        href=f"/en-de/p/p{n}",
        name=name or NAMES[n % len(NAMES)],
        brand=name or "Ashby & Daughters",
        picture=picture(n % 6),
        price=eur(price),
        compare_at=eur(price * 5 // 4) if n % 3 == 0 else None,
        percent_off=20 if n % 3 == 0 else 0,
        from_price=n % 4 == 1,
        available=n % 5 != 4,
        rating_x100=460 - n,
        rating_count=n * 7,
        fresh=n == 1,
    )


def line(name: str = "Hand-turned ash bowl", n: int = 2) -> LineView:
    """A line of two."""
    return LineView(
        sku=f"SKU-{name}",
        name=name,
        quantity=n,
        href="/en-de/p/bowl",
        options=f"Colour: {name}",
        picture=picture(n),
        unit=eur(2400),
        total=eur(2400 * n),
        most=9,
        note=name,
    )


def sums(name: str = "FAIR10") -> Sums:
    """Goods, voucher, shipping and tax."""
    return Sums(
        subtotal=eur(7200),
        discount=eur(720),
        voucher_code=name,
        shipping=eur(490),
        shipping_name=name,
        tax=eur(1113),
        total=eur(6970),
        gifts=(GiftLine(name, eur(500)),),
        due=eur(6470),
    )


def home(name: str) -> Home:
    """A full front page."""
    stalls = tuple(
        Stall(f"/en-de/c/{n}", n, picture(i)) for i, n in enumerate(("Kitchen", "Garden", "Light", "Play", name))
    )
    return Home(
        stalls=stalls,
        on_offer=tuple(card(n * 3, name) for n in range(4)),
        newest=tuple(card(n) for n in range(8)),
        best_rated=tuple(card(n, name) for n in range(4)),
    )


def listing(name: str) -> Listing:
    """A search with everything on it."""
    brands = tuple(FacetValue("brand", f"{name}{n}", f"{name} {n}", 1234 - n, ticked=n == 1) for n in range(5))
    return Listing(
        kind="search",
        heading=name,
        action="/en-de/search",
        total=48,
        cards=tuple(card(n, name if n % 2 else "") for n in range(12)),
        crumbs=(Link("/en-de/", "Fairday"), Link("/en-de/c/kitchen", "Kitchen")),
        children=(Link("/en-de/c/bowls", name),),
        query=name,
        facets=(FacetGroup(name, brands), FacetGroup("Colour", brands)),
        chips=(Chip(name, "/en-de/search"),),
        clear_href="/en-de/search",
        price_from="5",
        price_to="90",
        price_hint=("3", "240"),
        only_available=True,
        sort="price",
        sorts=("relevance", "newest", "price", "price_desc", "rating", "name"),
        pages=(
            Page("1", current=True),
            Page("2", "/en-de/search?page=2"),
            Page("…"),
            Page("9", "/en-de/search?page=9"),
        ),
        next_href="/en-de/search?page=2",
        previous_href="/en-de/search",
    )


def nothing_found(name: str) -> Listing:
    """A search without a hit."""
    return Listing(
        kind="search",
        heading=name,
        action="/en-de/search",
        total=0,
        query=name,
        suggestions=(Link("/en-de/c/k", name),),
        help_cards=tuple(card(n) for n in range(4)),
    )


def product(name: str) -> ProductPage:
    """A product with options, a film and facts."""
    shots = tuple(Shot(picture=picture(n, name), thumbnail=picture(n, ""), name=name) for n in range(3))
    film = Shot(
        thumbnail=picture(4, ""),
        video_src="/media/film.mp4",
        video_type="video/mp4",
        captions_src="/media/film.vtt",
        poster="/media/poster.jpg",
        name=name,
        width_px=1280,
        height_px=720,
    )
    values = (
        Choice(name, "/en-de/p/bowl?sku=1", current=True),
        Choice("Slate", "/en-de/p/bowl?sku=2", available=False),
        Choice("Moss", ""),
    )
    return ProductPage(
        name=name,
        sku="BOWL-1",
        summary=name,
        brand=name,
        brand_href="/en-de/search?brand=x",
        description_html="<p>Turned from <b>one</b> piece.</p>",
        crumbs=(Link("/en-de/", "Fairday"), Link("/en-de/c/kitchen", name), Link("", name)),
        gallery=(*shots, film),
        options=(Choices(name, values), Choices("Size", values)),
        price=eur(2400),
        compare_at=eur(3000),
        percent_off=20,
        stock_left=3,
        low_stock=True,
        most=3,
        arrives_first=MONDAY,
        arrives_last=FRIDAY,
        rating_x100=470,
        rating_count=31,
        facts=(Fact("Wood", name), Fact(name, "22 cm"), Fact("Weight", "640 g")),
        similar=tuple(card(n, name) for n in range(4)),
        json_ld="{}",
        crumbs_json_ld="{}",
    )


def cart(name: str) -> CartPage:
    """A cart with a line that sold out."""
    lines = (
        line(name),
        line("Kite", 1),
        LineView(sku="G", name=name, quantity=1, gone=True),
        LineView(sku="S", name=name, quantity=3, short_of=1),
    )
    return CartPage(
        lines=lines,
        sums=sums(name),
        count=4,
        notices=(Notice(name),),
        arrives_first=MONDAY,
        arrives_last=FRIDAY,
    )


def checkout(name: str, *, wrong: bool = True) -> Checkout:
    """A checkout that was sent with mistakes."""
    values = dict.fromkeys(("name", "email", "line1", "line2", "postcode", "city", "region"), name)
    methods = tuple(
        ShippingChoice(method=m, name=name, amount=eur(a), arrives_first=MONDAY, arrives_last=FRIDAY, chosen=not a)
        for m, a in (("standard", 0), ("express", 990))
    )
    return Checkout(
        fields=Fields(values, {"email": name, "postcode": name} if wrong else {}),
        lines=(line(name), line()),
        sums=sums(name),
        methods=methods,
        payments=tuple(
            PaymentChoice(f"tok_{k}", f"payment-tok-{k.replace('_', '-')}")
            for k in ("ok", "declined", "challenge", "timeout", "lost_ack")
        ),
        countries=(Link("DE", "Germany"), Link("AT", "Austria")),
        regions=(Link("CA", name),),
        country="DE",
        country_text=name,
        gift=GiftPart(
            cards=(GiftLine(name, eur(500)), GiftLine(name, eur(0))),
            paid=(GiftLine(name, eur(500)),),
            sealed=name,
            credit=eur(700),
            use_credit=True,
            due=eur(6470) if wrong else eur(0),
            full=not wrong,
        ),
        expected_total=6970,
        attempt=name,
        notices=(Notice(name, "bad"),) if wrong else (),
    )


def order(name: str, *, fresh: bool = False) -> OrderPage:
    """A sent and partly refunded order."""
    return OrderPage(
        number=name,
        placed_ms=NOON_MS,
        state_text=name,
        state_kind="good",
        email=name,
        lines=(line(name), line()),
        sums=sums(name),
        address=(name, "Marktplatz 1", "10115 Berlin"),
        timeline=(Step("Ordered", NOON_MS, done=True), Step(name, NOON_MS, done=True), Step("To come")),
        parcels=(
            Parcel(
                carrier=name,
                tracking=name,
                tracking_href="https://carrier.example/x",
                sent_ms=NOON_MS,
                contents=(name,),
            ),
        ),
        refunds=(RefundView(eur(2400), NOON_MS, name), RefundView(eur(1), NOON_MS, "", done=False)),
        status_href="/en-de/orders/x/y",
        fresh=fresh,
        can_register=True,
    )


def account(name: str) -> AccountPage:
    """An account with an order and an address."""
    row = OrderRow(
        number=name,
        href="/en-de/orders/x/y",
        placed_ms=NOON_MS,
        state_text=name,
        state_kind="good",
        total=eur(6970),
        count=3,
    )
    return AccountPage(
        name=name,
        email=name,
        orders=(row, row),
        older_href="/en-de/account/orders?after=x",
        addresses=(AddressCard("a1", (name, "Berlin"), main=True),),
        fields=Fields({"name": name, "country": "DE"}, {"name": name}),
        countries=(Link("DE", name),),
        notices=(Notice(name),),
        credit=(eur(700), eur(1)),
    )


def gift(name: str) -> GiftPage:
    """A gift card that was found, and another code that was not."""
    fields = Fields({"code": name}, {"code": name})
    return GiftPage(fields=fields, notices=(Notice(name, "bad"),), last4=name, left=eur(1), until_ms=NOON_MS)


def pages(name: str) -> Mapping[str, tuple[str, Struct, bool]]:
    """Every page by a name of its own: (template, view model, private)."""
    form = FormPage(
        fields=Fields({"name": name, "email": name}, {"email": name}),
        notices=(Notice(name, "bad"),),
        next_path="/en-de/account",
        token="t",
    )
    return {
        "home": ("home", home(name), False),
        "listing": ("listing", listing(name), False),
        "nothing-found": ("listing", nothing_found(name), False),
        "product": ("product", product(name), False),
        "cart": ("cart", cart(name), True),
        "cart-empty": ("cart", CartPage(), True),
        "checkout": ("checkout", checkout(name), True),
        "order": ("order", order(name), True),
        "thanks": ("order", order(name, fresh=True), True),
        "waiting": ("waiting", Waiting("/en-de/checkout/return", "/en-de/checkout/pay"), True),
        "leaving": ("leaving", Leaving("https://pay.example/c/1", "pay.example"), True),
        "sign-in": ("sign-in", form, True),
        "register": ("register", form, True),
        "register-done": ("register", FormPage(done=True), True),
        "password-reset": ("password-reset", form, True),
        "password-reset-done": ("password-reset", FormPage(done=True), True),
        "password-new": ("password-new", form, True),
        "account": ("account", account(name), True),
        "account-orders": ("account-orders", account(name), True),
        "account-addresses": ("account-addresses", account(name), True),
        "gift-card": ("gift-card", gift(name), True),
        "text": ("text", TextPage(name, name, ((name, name),)), False),
        "error": ("error", ErrorPage(404, name, name, name), False),
    }
