"""Handlers, a file for each part of the shop: parse, ask one use case, show. `routes` in each lists what it answers."""
