"""Vectors on disk: computed once, kept whole, found again by key."""
