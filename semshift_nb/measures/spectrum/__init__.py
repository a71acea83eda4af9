"""Singular values of a set of embeddings, and every figure that they decide."""
