"""Translations in, scores out."""
