"""Nearest neighbours, and the figures that rest on them."""
