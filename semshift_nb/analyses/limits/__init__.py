"""What vectors of some width can hold, and what misleads an encoder."""
