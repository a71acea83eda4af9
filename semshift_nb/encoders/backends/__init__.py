"""Models that turn texts into rows, batch by batch, and what lies inside them."""
