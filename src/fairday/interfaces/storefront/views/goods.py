"""Home, listings and the product page."""

from datetime import date
from typing import Literal

from msgspec import Struct

from fairday.interfaces.storefront.views.shell import Card, Link, Picture
from fairday.kernel.money import Money


class Stall(Struct, frozen=True):
    """A category on the home page."""

    href: str
    name: str
    picture: Picture | None = None


class Home(Struct, frozen=True, kw_only=True):
    """The front page."""

    stalls: tuple[Stall, ...] = ()
    on_offer: tuple[Card, ...] = ()
    newest: tuple[Card, ...] = ()
    best_rated: tuple[Card, ...] = ()


class FacetValue(Struct, frozen=True):
    """A box to tick: `field` and `value` are what the form sends."""

    field: str
    value: str
    text: str
    count: int
    ticked: bool = False


class FacetGroup(Struct, frozen=True):
    """A property to choose by. Groups after the first few start closed."""

    title: str
    values: tuple[FacetValue, ...]


class Chip(Struct, frozen=True):
    """A filter in force, and the address without it."""

    text: str
    href: str


class Page(Struct, frozen=True):
    """A step of the pager; without `href` it is a gap, or where the reader is."""

    text: str
    href: str = ""
    current: bool = False


class Listing(Struct, frozen=True, kw_only=True):
    """A category or a search. `kept` are hidden fields so that one form does not lose what another set."""

    kind: Literal["category", "search"]
    heading: str
    action: str
    total: int
    cards: tuple[Card, ...] = ()
    crumbs: tuple[Link, ...] = ()
    children: tuple[Link, ...] = ()
    query: str = ""
    facets: tuple[FacetGroup, ...] = ()
    chips: tuple[Chip, ...] = ()
    clear_href: str = ""
    price_from: str = ""
    price_to: str = ""
    price_hint: tuple[str, str] = ("", "")
    only_available: bool = False
    on_offer: bool = False
    category: str = ""
    sort: str = "relevance"
    sorts: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    previous_href: str = ""
    next_href: str = ""
    suggestions: tuple[Link, ...] = ()
    help_cards: tuple[Card, ...] = ()


class Shot(Struct, frozen=True, kw_only=True):
    """One thing in the gallery: a picture, or a film with its poster and captions."""

    picture: Picture | None = None
    thumbnail: Picture | None = None
    video_src: str = ""
    video_type: str = ""
    captions_src: str = ""
    poster: str = ""
    name: str = ""
    width_px: int = 0
    height_px: int = 0


class Choice(Struct, frozen=True):
    """One value of an option, leading to the variant that has it."""

    text: str
    href: str
    current: bool = False
    available: bool = True


class Choices(Struct, frozen=True):
    """An option and its values."""

    name: str
    values: tuple[Choice, ...]


class Fact(Struct, frozen=True):
    """A row of the table of properties."""

    name: str
    text: str


class ProductPage(Struct, frozen=True, kw_only=True):
    """A product, seen through one of its variants. `description_html` was sanitised when it was stored."""

    name: str
    sku: str
    summary: str = ""
    brand: str = ""
    brand_href: str = ""
    description_html: str = ""
    crumbs: tuple[Link, ...] = ()
    gallery: tuple[Shot, ...] = ()
    options: tuple[Choices, ...] = ()
    price: Money | None = None
    compare_at: Money | None = None
    percent_off: int = 0
    tax_included: bool = True
    stock_left: int = 0
    later: str = ""
    preorder: bool = False
    limit: str = ""
    low_stock: bool = False
    most: int = 1
    arrives_first: date | None = None
    arrives_last: date | None = None
    rating_x100: int = 0
    rating_count: int = 0
    facts: tuple[Fact, ...] = ()
    similar: tuple[Card, ...] = ()
    json_ld: str = ""
    crumbs_json_ld: str = ""

    @property
    def rating(self) -> float:
        """Stars, to one decimal."""
        return round(self.rating_x100 / 100, 1)

    @property
    def available(self) -> bool:
        """Whether it can be bought now."""
        return self.stock_left > 0 and self.price is not None
