"""Pairs of texts that are said, or found, to mean alike."""
