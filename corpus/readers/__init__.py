"""Article formats: a file becomes a `Document`, and a translated `Document` becomes a file again."""
