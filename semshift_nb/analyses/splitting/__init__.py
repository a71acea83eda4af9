"""A text cut where its meaning turns: whole, as a stream, judged, searched by its chunks."""
