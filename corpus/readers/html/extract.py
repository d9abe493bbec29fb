"""The article alone out of a web page: menus, advertisements, comments and footers dropped (by trafilatura)."""

from functools import lru_cache

from corpus.readers.html.elements import walk
from corpus.readers.html.tokens import escape
from mt.errors import InputError

__all__ = ["article"]


@lru_cache(maxsize=1)  # a page is parsed first and then rendered
def article(text: str, source: str) -> str:
    """Give a page's article as a plain HTML page: title, headings, paragraphs, lists, quotes, tables, links, images.

    `source` names the page in errors. The same page gives the same article.

    Raises `InputError` where trafilatura is not installed, where it finds no article, and for pages nested beyond all
    measure.
    """
    try:
        import trafilatura
    except ImportError as error:
        raise InputError(f'{source}: taking articles out of pages needs: pip install "muwazi[web]"') from error
    for _ in walk(text, source):  # trafilatura is not made for pages that are nested beyond all measure
        pass
    body = trafilatura.extract(
        text,
        output_format="html",
        include_links=True,
        include_images=True,
        include_formatting=True,
        include_comments=False,
    )
    if not body or "<body>" not in body:
        raise InputError(f"{source}: no article found in this page; have the whole page translated instead")
    title = escape(trafilatura.extract_metadata(text).title or "")
    head = f'<head>\n    <meta charset="utf-8"/>\n    <title>{title}</title>\n  </head>'
    page = body[body.index("<body>") :]
    return f'<!DOCTYPE html>\n<html lang="ar" dir="rtl">\n  {head}\n  {page.rstrip()}\n'
