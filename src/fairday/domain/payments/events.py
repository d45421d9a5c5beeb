"""Payments announce nothing of their own: orders say what was paid and refunded."""
