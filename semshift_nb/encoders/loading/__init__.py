"""A name or a folder made into an encoder, refused where it is not what it seems."""
