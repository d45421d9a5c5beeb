"""The ledger says no to nobody: an entry that does not balance is our mistake, and stops the unit that made it."""
