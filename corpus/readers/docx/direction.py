"""Word's parts turned from right-to-left Arabic to left-to-right English."""

import re

from lxml import etree

from corpus.readers.docx.xml import attribute, child, given, is_transitional, made, name, value

__all__ = ["align_to_start", "anglicise", "turn"]

_ENGLISH = "en-US"
_RTL = frozenset({"bidi", "rtl", "bidiVisual", "rtlGutter"})
_KASHIDA = frozenset({"lowKashida", "mediumKashida", "highKashida"})
# In the order that the schema gives the children of w:pPr.
_AFTER_JC = re.compile("text(?:Direction|Alignment|boxTightWrap)|outlineLvl|divId|cnfStyle|rPr|sectPr|pPrChange")
_NUMBERS = {"arabicAlpha": "lowerLetter", "arabicAbjad": "lowerLetter"}


def turn(root: etree._Element) -> None:
    """Turn all directions, languages and Arabic numberings of a part.

    Alignments, indents and borders stay: in a right-to-left paragraph `left` is the side where lines start and `right`
    that where they end (ECMA-376 Part 1, 17.3.1.13; Word and LibreOffice do so), so that they mean the same once the
    paragraph runs from left to right.
    """
    for element in list(root.iter()):
        local = name(element)
        if local == "rPr":
            anglicise(element)
        elif local in _RTL:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        elif local in ("dir", "bdo"):
            element.set(attribute(element, "val"), "ltr")
        elif local == "jc" and value(element) in _KASHIDA:
            element.set(attribute(element, "val"), "both")
        elif local == "numFmt" and value(element) in _NUMBERS:
            element.set(attribute(element, "val"), _NUMBERS[value(element)])
        elif local == "dc:language":
            element.text = _ENGLISH
        elif local == "themeFontLang":
            _speak_english(element)
        elif local == "rPrDefault":
            _declare(element)


def anglicise(properties: etree._Element) -> None:
    """Make a w:rPr of Arabic one of English.

    Its right-to-left and complex-script switches and its languages are gone; bold, italics, size and font of complex
    scripts are the Latin ones too, where it has none of its own.
    """
    for element in [e for e in properties if name(e) in ("rtl", "cs")]:
        properties.remove(element)
    for language in list(given(properties, "lang")):
        _speak_english(language)
        if not language.attrib:
            properties.remove(language)
    for complex_script, latin in (("bCs", "b"), ("iCs", "i"), ("szCs", "sz")):
        found = child(properties, complex_script)
        if found is not None and child(properties, latin) is None:
            twin = made(found, latin)
            twin.attrib.update(found.attrib)
            found.addprevious(twin)  # the schema has each right before its counterpart
    fonts = child(properties, "rFonts")
    if fonts is not None:
        _share_font(fonts)


def align_to_start(paragraph: etree._Element) -> None:
    """Align a w:p to the side where its lines start."""
    properties = child(paragraph, "pPr")
    if properties is None:
        properties = made(paragraph, "pPr")
        paragraph.insert(0, properties)
    alignment = child(properties, "jc")
    if alignment is None:
        alignment = made(properties, "jc")
        follower = next((e for e in properties if _AFTER_JC.fullmatch(name(e))), None)
        properties.append(alignment) if follower is None else follower.addprevious(alignment)
    alignment.set(attribute(alignment, "val"), "left" if is_transitional(alignment) else "start")


def _share_font(fonts: etree._Element) -> None:
    """Give Latin letters the font of complex scripts, where they have none."""
    for source, suffix in (("cstheme", "Theme"), ("cs", "")):  # Word takes the theme's first
        font = value(fonts, source)
        for script in ("ascii", "hAnsi"):
            if font and not value(fonts, script) and not value(fonts, f"{script}Theme"):
                fonts.set(attribute(fonts, script + suffix), font)
    if value(fonts, "hint") == "cs":
        del fonts.attrib[attribute(fonts, "hint")]


def _speak_english(language: etree._Element) -> None:
    """Set a w:lang that says Arabic to English; that of complex scripts is gone, as there are none."""
    if value(language).lower().startswith("ar"):
        language.set(attribute(language, "val"), _ENGLISH)
    if value(language, "bidi"):
        del language.attrib[attribute(language, "bidi")]


def _declare(defaults: etree._Element) -> None:
    """Make English the language of a document's default properties, w:rPrDefault."""
    properties = child(defaults, "rPr")
    if properties is None:
        properties = made(defaults, "rPr")
        defaults.append(properties)
    language = child(properties, "lang")
    if language is None:
        language = made(properties, "lang")
        after = ("eastAsianLayout", "specVanish", "oMath")
        follower = next((e for e in properties if name(e) in after), None)
        properties.append(language) if follower is None else follower.addprevious(language)
    language.set(attribute(language, "val"), _ENGLISH)
