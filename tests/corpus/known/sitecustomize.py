"""Puts the engine of known output in the place of CTranslate2, in every process whose PYTHONPATH begins here."""

from mt.engine import ENGINES

ENGINES["ctranslate2"] = "tests.corpus.known_engine:engine"
