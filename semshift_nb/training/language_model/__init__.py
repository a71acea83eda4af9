"""Likelihood: why the vectors of words share a cone, and what becomes of words that never occur."""
