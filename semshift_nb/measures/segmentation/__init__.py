"""Cutting a text where its vectors are diluted least, other rules, and how to judge cuts."""
