"""A Stripe of our own for tests: an account that keeps its state, behind a real port of the loopback.

It behaves like the version of the API that the SDK speaks, in all that the shop uses: intents, pages, captures,
refunds, disputes, bookings, events, idempotency keys. Every object it gives is held against the SDK's own models first.
`Fault` makes it fail in the ways that networks and servers do.
"""

from tests.stripe_fake.account import Account, ApiError
from tests.stripe_fake.server import KEY, WEBHOOK_SECRET, FakeStripe, Fault, fake_stripe

__all__ = ["KEY", "WEBHOOK_SECRET", "Account", "ApiError", "FakeStripe", "Fault", "fake_stripe"]
