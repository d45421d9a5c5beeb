"""What every page has around it: market, navigation, addresses; and the small things pages share."""

from typing import Literal

from msgspec import Struct

from fairday.kernel.money import Money


class Link(Struct, frozen=True):
    """Somewhere to go. `current` marks the page the reader is on."""

    href: str
    text: str
    current: bool = False


class MarketLink(Struct, frozen=True):
    """The same page in another market; `tag` is its BCP 47 name, also for hreflang."""

    href: str
    tag: str
    country: str
    language: str
    currency: str
    current: bool = False


class Source(Struct, frozen=True):
    """One `<source>` of a picture: a MIME type and a srcset."""

    type: str
    srcset: str


class Picture(Struct, frozen=True):
    """A picture in several sizes. Pixels are those of `src`, so that its room is kept before it arrives."""

    src: str
    alt: str
    width_px: int
    height_px: int
    sources: tuple[Source, ...] = ()
    srcset: str = ""


class Shell(Struct, frozen=True, kw_only=True):
    """The page around the page. `path` is this page's address inside its market, starting with `/`."""

    base: str
    market_tag: str
    country: str
    currency: str
    title: str
    public_url: str
    path: str
    shop_name: str = "Fairday"
    description: str = ""
    aisles: tuple[Link, ...] = ()
    markets: tuple[MarketLink, ...] = ()
    indexed: bool = True
    query: str = ""
    image: str = ""
    private: bool = False
    nonce: str = ""
    csrf: str = ""
    cart_count: int = 0
    customer_name: str = ""

    @property
    def canonical(self) -> str:
        """The full address of this page."""
        return f"{self.public_url}{self.base}{self.path}"


class Card(Struct, frozen=True, kw_only=True):
    """A product in a listing. `price` is that of its cheapest variant when `from_price`."""

    id: str
    href: str
    name: str
    brand: str = ""
    picture: Picture | None = None
    price: Money | None = None
    compare_at: Money | None = None
    percent_off: int = 0
    from_price: bool = False
    available: bool = True
    rating_x100: int = 0
    rating_count: int = 0
    fresh: bool = False

    @property
    def rating(self) -> float:
        """Stars, to one decimal."""
        return round(self.rating_x100 / 100, 1)


class Notice(Struct, frozen=True):
    """A sentence at the top of a page; `kind` decides its colour."""

    text: str
    kind: Literal["good", "bad", "plain"] = "good"


class Fields(Struct, frozen=True):
    """The fields of a form, by name; one that was not filled in yet is empty."""

    values: dict[str, str] = {}
    problems: dict[str, str] = {}

    def value(self, name: str) -> str:
        """What was typed."""
        return self.values.get(name, "")

    def problem(self, name: str) -> str:
        """What is wrong with it, or nothing."""
        return self.problems.get(name, "")
