"""The vocabulary of Word's XML, in both of its editions: transitional, which Word writes, and strict."""

from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

__all__ = ["attribute", "child", "given", "is_transitional", "link", "made", "name", "on", "value"]

_STRICT = "http://purl.oclc.org/ooxml/"
_OPEN = "http://schemas.openxmlformats.org/"
_PREFIXES = {
    f"{_OPEN}wordprocessingml/2006/main": "",
    f"{_STRICT}wordprocessingml/main": "",
    f"{_OPEN}drawingml/2006/wordprocessingDrawing": "wp:",
    f"{_STRICT}drawingml/wordprocessingDrawing": "wp:",
    f"{_OPEN}markup-compatibility/2006": "mc:",
    "urn:schemas-microsoft-com:vml": "v:",
    "http://purl.org/dc/elements/1.1/": "dc:",
}
_RELATIONSHIPS = (f"{_OPEN}officeDocument/2006/relationships", f"{_STRICT}officeDocument/relationships")


@lru_cache(maxsize=4096)
def _name(tag: str) -> str:
    namespace, _, local = tag.removeprefix("{").partition("}")
    prefix = _PREFIXES.get(namespace)
    return "?" if prefix is None else prefix + local


def name(element: etree._Element) -> str:
    """Name an element: `p` for w:p, `wp:docPr` and the like for the other vocabularies, `?` for what is not known."""
    return _name(element.tag) if isinstance(element.tag, str) else "?"  # comments have a function for a tag


def is_transitional(element: etree._Element) -> bool:
    """Tell which edition an element is of."""
    return not (etree.QName(element).namespace or "").startswith(_STRICT)


def attribute(element: etree._Element, local: str) -> str:
    """Give the full name of an attribute in its element's namespace."""
    return f"{{{etree.QName(element).namespace}}}{local}"


def value(element: etree._Element | None, local: str = "val") -> str:
    """Give an attribute's value, "" where there is none."""
    return "" if element is None else element.get(attribute(element, local), "")


def given(element: etree._Element, local: str) -> Iterator[etree._Element]:
    """Give the children of a name."""
    return (e for e in element if name(e) == local)


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Find the first child of a name, then its first child of the next name, and so on."""
    for local in path:
        element = None if element is None else next(given(element, local), None)
    return element


def on(element: etree._Element | None) -> bool:
    """Tell whether a switch such as w:b is there and not set to off."""
    return element is not None and value(element) not in ("0", "false", "off")


def made(near: etree._Element, local: str, **values: str) -> etree._Element:
    """Make an element of a name, with attributes, in the edition of another element."""
    element = near.makeelement(attribute(near, local))
    for key, content in values.items():
        element.set(attribute(near, key), content)
    return element


def link(element: etree._Element, local: str = "id") -> str:
    """Give the identity of the relationship that an element names (r:id), "" where there is none."""
    return next((found for space in _RELATIONSHIPS if (found := element.get(f"{{{space}}}{local}"))), "")
