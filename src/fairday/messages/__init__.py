"""Every sentence a person reads, by language and area (`en/checkout.ftl`). No markup and no decisions live here."""

from fairday.messages.catalogue import LANGUAGES, Messages, MissingMessageError, Sentences

__all__ = ["LANGUAGES", "Messages", "MissingMessageError", "Sentences"]
