"""Results for spreadsheets: CSV and Excel workbooks, in which nothing computes.

A CSV file is one clean table, for spreadsheets and programs take whatever stands below a table for rows of it: a
heading, one row an item, and behind the columns of the item those of ``STATED``, which say in every row where it comes
from, so that rows can be sorted, filtered and put below those of another file. An empty table is its heading alone. It
is UTF-8 without a mark in front, which programs would take for a part of the first name; Excel, which wants the mark,
has workbooks. Only what a result lists is in CSV. A workbook has that table as its first sheet, "About" as its second,
and then the result's figures, its other lists and the posts.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from tools.exports.about import Taken, about_lines, index_line
from tools.exports.formulas import safe_cell
from tools.exports.headings import heading
from tools.exports.tables import Table, main_table, tables_of
from tools.result.words import shortened

if TYPE_CHECKING:
    from openpyxl import Workbook

STATED = ("index", "question", "call", "made_on", "model", "limits")
LONGEST_STATED = 500  # characters of what is said in every row
LONGEST_CELL = 32_767  # characters: what Excel takes
LONGEST_SHEET = 31  # characters of the name of a sheet
WIDEST, NARROWEST = 60, 8  # characters of a column
_NOT_XML = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


def csv_text(taken: Taken) -> str:
    """What the result lists as CSV, a heading first. No cell can start a formula: one that would has a ' before it."""
    table = main_table(taken.library, taken.result)
    stated = [shortened(each, LONGEST_STATED) for each in _stated(taken)]
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*table.columns, *STATED])
    writer.writerows([safe_cell(cell) for cell in (*row, *stated)] for row in table.rows)
    return file.getvalue()


def _stated(taken: Taken) -> list[str]:
    """The values of ``STATED``."""
    made_on, limits = taken.made_on.isoformat(), " ".join(taken.limits)
    return [index_line(taken.library), taken.question, taken.again, made_on, taken.model, limits]


def xlsx_bytes(taken: Taken) -> bytes:
    """The result as a workbook. Text is text to Excel even where it looks like a formula, an error or a date."""
    from openpyxl import Workbook

    main, *others = tables_of(taken.library, taken.result)
    result = taken.result
    notes = [("Note", each.text) for each in result.lines if each.role == "note"]
    limits = [("Limit", each) for each in taken.limits]
    about = [("Title", taken.title), *about_lines(taken), ("Answer", result.headline.text), *notes, *limits]
    book = Workbook(write_only=True)
    book.properties.creator = "Audience Analyst"
    _sheet(book, main)
    _sheet(book, Table("about", ("what", "value"), list(about)))
    for table in others:
        _sheet(book, table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheet(book: Workbook, table: Table) -> None:
    """A table as the next sheet: its heading stays in sight."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(_sheet_name(table.name, book.sheetnames))
    sheet.freeze_panes = "A2"
    rows = [[_cell(value) for value in row] for row in table.rows]
    for place, column in enumerate(table.columns):
        longest = max([len(heading(column)), *(len(str(row[place])) for row in rows)])
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(longest + 2, NARROWEST), WIDEST)

    def written(value: Any, bold: bool = False) -> Any:
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, str):
            cell.data_type = "s"  # openpyxl would take "#REF!" for an error
        if bold:
            cell.font = Font(bold=True)
        return cell

    sheet.append([written(heading(column), bold=True) for column in table.columns])
    for row in rows:
        sheet.append([written(value) for value in row])


def _cell(value: Any) -> Any:
    """A value as Excel takes it: text without what XML does not know, and no longer than a cell; None stays empty."""
    safe = safe_cell(value)
    if not isinstance(safe, str):
        return safe
    text = _NOT_XML.sub("\ufffd", safe)
    return (text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…") or None


def _sheet_name(name: str, taken: list[str]) -> str:
    """A name that no other sheet has."""
    plain = heading(name)[:LONGEST_SHEET]
    known = {each.casefold() for each in taken}
    if plain.casefold() not in known:
        return plain
    return next(each for n in range(2, 100) if (each := f"{plain[:28]} {n}").casefold() not in known)
