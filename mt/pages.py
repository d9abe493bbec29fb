"""Web pages that need no other file: their templates, and what is shared between those of the packages."""

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["put", "templates"]

# What HTML has no place for: control characters, halves of surrogate pairs, code points that are no characters.
_UNSHOWN = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@cache
def templates(package: str) -> "Environment":
    """Give the templates of a package's folder `templates`, and of this one's, which they build upon.

    Text is escaped where it is put in. `page.html.j2` is the frame of all pages: its policy (CSP) allows the page's own
    style and script by their hashes and nothing else; the filter `integrity` gives these hashes (`sha256-…`).
    `segments.css` and `segments.js` are for pages of segments that are searched and filtered.
    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("mt")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["integrity"] = lambda text: f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
    return environment


def put(file: IO[bytes], parts: Iterable[str]) -> None:
    """Write a page's text, with a replacement character for each one that HTML has no place for."""
    file.writelines(_UNSHOWN.sub("\ufffd", part).encode() for part in parts)
