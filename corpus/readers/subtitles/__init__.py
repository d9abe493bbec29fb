"""Subtitles: cues with times, whose sentences run on from one to the next."""
