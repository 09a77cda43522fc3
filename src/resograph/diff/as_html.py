"""A comparison as one page that needs nothing beside it: the new text with what was dropped struck and what was added underlined.

Lines say what colours say, so that it can be printed in black and read by those who see no colours; the labels stand before the words.
"""

from __future__ import annotations

from pathlib import Path

from resograph.diff import forms
from resograph.diff.model import Alignment

_PAGE = Path(__file__).with_name("page.html")


def as_html(alignment: Alignment) -> str:
    """The page."""
    from jinja2 import Environment, StrictUndefined

    from resograph import __version__

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string(_PAGE.read_text(encoding="utf-8"))
    return page.render(alignment=alignment, groups=list(forms.by_section(alignment)), forms=forms, version=__version__)
