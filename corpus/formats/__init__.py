"""Corpus formats: each module reads and writes streams of `Pair`."""
