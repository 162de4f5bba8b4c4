"""Pages as plain data: of a run, its repeats, or a comparison; a browser shows them (docs/reports.md).

* `Page`: a page.
* `Section`: a part of a page.
* `Table`: a table that sorts.
* `PageColumn`: a column of a table.
* `Facts`: terms and what they are.
* `Code`: text to be copied as it is.
* `Note`: a sentence in place of what is not there.
* `Lenses`: what a record alone does not show.
* `run_page`: the page of a run or its repeats.
* `RunOrigin`: how a run came about.
* `comparison_page`: the page of finished runs, side by side.
* `assets`: what shows a page, by name: scripts in the order in which they are loaded, then the style.
* `page_html`: a page as one file that needs nothing else.
* `write_page`: write that file, whole or not at all.
* `ShownTable`: a table that notebooks show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader as lazy

if TYPE_CHECKING:
    from ktnas.report.pages.comparison_page import comparison_page as comparison_page
    from ktnas.report.pages.markup import ShownTable as ShownTable
    from ktnas.report.pages.page import Code as Code
    from ktnas.report.pages.page import Facts as Facts
    from ktnas.report.pages.page import Note as Note
    from ktnas.report.pages.page import Page as Page
    from ktnas.report.pages.page import PageColumn as PageColumn
    from ktnas.report.pages.page import Section as Section
    from ktnas.report.pages.page import Table as Table
    from ktnas.report.pages.run_page import Lenses as Lenses
    from ktnas.report.pages.run_page import run_page as run_page
    from ktnas.report.pages.settings_section import RunOrigin as RunOrigin
    from ktnas.report.pages.whole import assets as assets
    from ktnas.report.pages.whole import page_html as page_html
    from ktnas.report.pages.whole import write_page as write_page

__getattr__, __dir__, __all__ = lazy.attach(
    __name__,
    submod_attrs={
        "page": ["Page", "Section", "Table", "PageColumn", "Facts", "Code", "Note"],
        "run_page": ["Lenses", "run_page"],
        "settings_section": ["RunOrigin"],
        "comparison_page": ["comparison_page"],
        "whole": ["assets", "page_html", "write_page"],
        "markup": ["ShownTable"],
    },
)
