"""Exact search, its figures query by query, and settings compared on the same queries."""
