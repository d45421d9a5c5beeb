"""Letters: what a shopper is told by e-mail, and when.

Hears orders and customers; writes one letter for each happening, named after it, so hearing twice sends once. Nothing
here decides anything: a letter that cannot be sent waits in the outbox, and the shop goes on selling.
"""

from fairday.subscribers.notifications.hearing import subscription

__all__ = ["subscription"]
