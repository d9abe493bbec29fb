"""Text in XML 1.0: what it forbids, and what it needs escaped.

Source: https://www.w3.org/TR/xml/#charsets and #sec-line-ends.
"""

import re

__all__ = ["FORBIDDEN", "escape"]

FORBIDDEN = re.compile("[\\x00-\\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""A character that no XML file may hold, nor name by its number."""


def escape(text: str) -> str:
    """Escape mark-up, and the carriage return, which a parser would otherwise turn into a line feed."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
