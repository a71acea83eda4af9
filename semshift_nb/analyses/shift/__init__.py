"""How far meaning moves inside texts, and what pooling loses of it."""
