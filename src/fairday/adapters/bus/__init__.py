"""How outbox events reach those who hear them."""
