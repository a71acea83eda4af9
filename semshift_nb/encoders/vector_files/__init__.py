"""Files of vectors, read a batch of rows at a time."""
