"""The ledger announces nothing: what it records was announced by those who did it."""
