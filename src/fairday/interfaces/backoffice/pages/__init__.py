"""The pages of the back office, one file a part: what it shows and what its buttons do. No SQL, no sums."""
