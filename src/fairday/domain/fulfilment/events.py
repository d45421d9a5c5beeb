"""Fulfilment announces nothing of its own: OrderShipped is announced by `orders`."""
