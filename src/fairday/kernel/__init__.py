"""What every floor stands on: money, ids, time, refusals, events and SQL. No business words live here."""
