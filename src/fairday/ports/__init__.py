"""Every question the shop asks of the outside world, one Protocol a file. Ports speak domain types."""
