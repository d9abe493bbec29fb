"""What a page says of its language, direction and encoding, turned from Arabic into English."""

import re
from collections.abc import Iterator

from corpus.readers.css import turned
from corpus.readers.html.elements import Step, is_arabic, walk
from corpus.readers.html.tokens import Attribute, escape, names
from corpus.readers.slices import Edit

__all__ = ["declarations"]

_RIGHT_TO_LEFT = names("fa per prs ur ps ckb sd ug ks bal he yi dv syr")
_ALIGNABLE = names("p div h1 h2 h3 h4 h5 h6 td th tr thead tbody tfoot col colgroup caption legend")
_CHARSET = re.compile(r"(charset\s*=\s*)[^\s;]+", re.IGNORECASE)
_XML_ENCODING = re.compile(r"""(<\?xml[^>]*?\bencoding\s*=\s*["'])([^"']*)""")
_LANGUAGES = names("language content-language dc.language dcterms.language")


def declarations(text: str, source: str, xml: bool = False) -> Iterator[Edit]:
    """Give the edits that make a page declare English, left to right, in UTF-8.

    Turned are `lang` and `xml:lang` that say Arabic, `dir="rtl"`, `align="right"` of text, `direction` and
    `text-align` in style attributes, and metas of language and encoding; `<html>` gets what it lacks. Passages in
    other languages that are written right to left, and what is not to be translated, stay as they are, and so do
    style sheets.
    """
    prolog = _XML_ENCODING.match(text)
    if prolog and prolog[2].lower() != "utf-8":
        yield prolog.start(2), prolog.end(2), "UTF-8"
    for step in walk(text, source, xml):
        left_alone = step.token.kind == "other" or step.place.kept or step.place.language in _RIGHT_TO_LEFT
        if left_alone:
            continue
        for attribute in step.attributes:
            value = _meta(step, attribute) if step.token.name == "meta" else _turned(step, attribute)
            if value is not None and value != attribute.value:
                written = escape(value)
                yield attribute.start, attribute.end, written if attribute.quote else f'"{written}"'
        if step.token.name == "html" and step.token.kind == "open":
            yield from _completed(step, xml)


def _turned(step: Step, attribute: Attribute) -> str | None:
    """Give an attribute's new value, None where it has nothing to do with language and direction."""
    name, value = attribute.name, attribute.value
    word = value.strip().lower()
    if name in ("lang", "xml:lang"):
        return "en" if is_arabic(value) else None
    if name == "dir":
        return "ltr" if word == "rtl" else None
    if name == "align" and step.token.name in _ALIGNABLE:
        return "left" if word == "right" and not step.place.ltr else None
    return turned(value) if name == "style" and not step.place.ltr else None


def _meta(step: Step, attribute: Attribute) -> str | None:
    values = {other.name: other.value.strip().lower() for other in step.attributes}
    if attribute.name == "charset":
        return None if values["charset"] == "utf-8" else "utf-8"
    if attribute.name != "content":
        return None
    subject = values.get("http-equiv") or values.get("name") or values.get("property")
    if subject == "content-type":
        return None if "utf-8" in values["content"] else _CHARSET.sub(r"\1utf-8", attribute.value)
    arabic = is_arabic(attribute.value)
    if arabic and subject == "og:locale":
        return "en_US"
    return "en" if arabic and subject in _LANGUAGES else None


def _completed(step: Step, xml: bool) -> Iterator[Edit]:
    """Add to `<html>` the language and the direction that it does not declare."""
    names = {attribute.name for attribute in step.attributes}
    added = ""
    if not names & {"lang", "xml:lang"}:
        added += ' xml:lang="en"' if xml else ' lang="en"'
    if "dir" not in names:
        added += ' dir="ltr"'
    if added:
        at = step.token.start + len("<html")
        yield at, at, added
