"""Runs notebooks, keeps what they found, and builds the page that shows it."""

from semshift_nb.reports.results import Results

__all__ = ["Results"]
