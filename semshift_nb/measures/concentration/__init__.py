"""How closely embeddings crowd: distance, uniformity, alignment, isotropy."""
