"""What the stock announces."""

from typing import ClassVar

from fairday.kernel.events import Event


class StockChanged(Event, frozen=True, kw_only=True):
    """These SKUs became sold out, came back, or were counted anew. `subject` is the first of them."""

    kind: ClassVar[str] = "stock_changed"

    skus: tuple[str, ...]
