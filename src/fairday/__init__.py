"""Fairday: an online store built for its busiest day."""
