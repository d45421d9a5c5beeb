"""Every no that fulfilment can say."""

from typing import ClassVar

from fairday.kernel.errors import Refusal


class NothingToShip(Refusal):
    """More pieces than the order still waits for; `line_no` and `left` say where and how many."""

    code: ClassVar[str] = "nothing_to_ship"
    status: ClassVar[int] = 409
