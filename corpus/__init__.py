"""Documents in, corpora out."""
