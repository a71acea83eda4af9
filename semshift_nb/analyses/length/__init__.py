"""Whether vectors crowd as texts grow longer, and whether length does it."""
