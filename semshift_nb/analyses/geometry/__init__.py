"""How concentrated a space is and in which directions: whole, by layer, by dimension, corrected."""
