"""Intervals and tests: bootstrap, jackknife, permutations, rank correlation."""
