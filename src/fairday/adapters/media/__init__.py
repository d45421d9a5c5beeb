"""Places for pictures and films."""
