"""When and why a text-embedding model collapses, and what helps."""

__version__ = "0.1.0"
