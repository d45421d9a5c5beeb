"""How a market writes money, numbers and dates: `messages.formats`, under the name templates know it by."""

from fairday.messages.formats import Formats, formats_for

__all__ = ["Formats", "formats_for"]
