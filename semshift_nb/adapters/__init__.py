"""Thin adapters to other libraries, each in a module of its own and an extra of its own."""
