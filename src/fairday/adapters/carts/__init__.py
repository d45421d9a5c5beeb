"""Where carts are kept."""
