"""Word's parts turned from right-to-left Arabic to left-to-right English."""

import re

import pytest
from lxml import etree

from corpus.readers.docx.direction import turn

DECLARED = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<w:pPr><w:bidi/></w:pPr>", "<w:pPr/>"),
        ('<w:pPr><w:bidi/><w:jc w:val="left"/></w:pPr>', '<w:pPr><w:jc w:val="left"/></w:pPr>'),
        ('<w:pPr><w:bidi/><w:jc w:val="right"/></w:pPr>', '<w:pPr><w:jc w:val="right"/></w:pPr>'),
        ('<w:pPr><w:bidi/><w:jc w:val="start"/></w:pPr>', '<w:pPr><w:jc w:val="start"/></w:pPr>'),
        ('<w:pPr><w:jc w:val="mediumKashida"/></w:pPr>', '<w:pPr><w:jc w:val="both"/></w:pPr>'),
        ("<w:pPr><w:rPr><w:rtl/></w:rPr></w:pPr>", "<w:pPr><w:rPr/></w:pPr>"),
        ("<w:tblPr><w:bidiVisual/></w:tblPr>", "<w:tblPr/>"),
        (
            '<w:sectPr><w:pgMar w:top="1"/><w:bidi/><w:rtlGutter/></w:sectPr>',
            '<w:sectPr><w:pgMar w:top="1"/></w:sectPr>',
        ),
        ('<w:rPr><w:lang w:bidi="ar-SA"/></w:rPr>', "<w:rPr/>"),
        ('<w:rPr><w:lang w:val="ar-SA" w:bidi="ar-SA"/></w:rPr>', '<w:rPr><w:lang w:val="en-US"/></w:rPr>'),
        ('<w:rPr><w:lang w:val="fr-FR"/></w:rPr>', '<w:rPr><w:lang w:val="fr-FR"/></w:rPr>'),
        (
            "<w:rPr><w:bCs/><w:iCs w:val='0'/><w:rtl/></w:rPr>",
            '<w:rPr><w:b/><w:bCs/><w:i w:val="0"/><w:iCs w:val="0"/></w:rPr>',
        ),
        ('<w:rPr><w:b w:val="0"/><w:bCs/></w:rPr>', '<w:rPr><w:b w:val="0"/><w:bCs/></w:rPr>'),
        (
            '<w:rPr><w:sz w:val="24"/><w:szCs w:val="30"/></w:rPr>',
            '<w:rPr><w:sz w:val="24"/><w:szCs w:val="30"/></w:rPr>',
        ),
        ('<w:rPr><w:szCs w:val="30"/></w:rPr>', '<w:rPr><w:sz w:val="30"/><w:szCs w:val="30"/></w:rPr>'),
        (
            '<w:rPr><w:rFonts w:cs="Amiri" w:hint="cs"/></w:rPr>',
            '<w:rPr><w:rFonts w:cs="Amiri" w:ascii="Amiri" w:hAnsi="Amiri"/></w:rPr>',
        ),
        (
            '<w:rPr><w:rFonts w:ascii="Arial" w:cs="Amiri"/></w:rPr>',
            '<w:rPr><w:rFonts w:ascii="Arial" w:cs="Amiri" w:hAnsi="Amiri"/></w:rPr>',
        ),
        (
            '<w:rPr><w:rFonts w:cstheme="minorBidi"/></w:rPr>',
            '<w:rPr><w:rFonts w:cstheme="minorBidi" w:asciiTheme="minorBidi" w:hAnsiTheme="minorBidi"/></w:rPr>',
        ),
        ("<w:rPrDefault/>", '<w:rPrDefault><w:rPr><w:lang w:val="en-US"/></w:rPr></w:rPrDefault>'),
        (
            '<w:rPrDefault><w:rPr><w:lang w:val="fr-FR" w:eastAsia="en-US" w:bidi="ar-MA"/></w:rPr></w:rPrDefault>',
            '<w:rPrDefault><w:rPr><w:lang w:val="en-US" w:eastAsia="en-US"/></w:rPr></w:rPrDefault>',
        ),
        ('<w:numFmt w:val="arabicAbjad"/>', '<w:numFmt w:val="lowerLetter"/>'),
        ('<w:bdo w:val="rtl"/>', '<w:bdo w:val="ltr"/>'),
    ],
)
def test_directions_and_languages_turn(before: str, after: str) -> None:
    root = etree.fromstring(f"<w:x {DECLARED}>{before}</w:x>")
    turn(root)
    assert "".join(re.sub(r' xmlns:\w+="[^"]*"', "", etree.tostring(e, encoding="unicode")) for e in root) == after
