"""A text and its splits at every price."""
