"""Time, as integer milliseconds since 1970 in UTC. Whoever needs the time is handed a clock, so tests can move it."""

import time
from datetime import UTC, datetime, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

SECOND_MS = 1_000
MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000


class Clock(Protocol):
    """Where the time comes from."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms

    def now_ms(self) -> int:
        """The time it was last set to."""
        return self.at_ms

    def advance(self, by_ms: int) -> None:
        """Move the time forward."""
        self.at_ms += by_ms


def iso(at_ms: int) -> str:
    """The instant as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def zone_of(name: str) -> tzinfo:
    """The time zone of an IANA name; UTC needs no file of zones. ValueError, LookupError or OSError: there is none."""
    return UTC if name == "UTC" else ZoneInfo(name)
