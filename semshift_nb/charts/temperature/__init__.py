"""A temperature of the attention, and everything that it moves."""
