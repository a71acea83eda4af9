"""The geometry of more embeddings than fit in memory."""
