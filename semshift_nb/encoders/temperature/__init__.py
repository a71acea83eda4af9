"""Another temperature in a model's attention: what it may be, where it holds, how it gets in."""
