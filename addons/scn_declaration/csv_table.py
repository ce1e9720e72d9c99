"""A table as CSV that is safe to open in a spreadsheet, as a plain function without Odoo."""

import csv
import io

#: A cell that starts with one of these is taken for a formula by spreadsheets (OWASP, CSV injection); some skip
#: spaces and full-width forms stand for the plain ones.
_FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠')
BYTE_ORDER_MARK = '\ufeff'


def safe_cell(value):
    """What is written for a value: text that would start a formula gets an apostrophe in front.

    >>> safe_cell('=1+1'), safe_cell(' @SUM(A1)'), safe_cell('Ghent'), safe_cell(-3.7), safe_cell(None), safe_cell(True)
    ("'=1+1", "' @SUM(A1)", 'Ghent', '-3.7', '', 'true')
    """
    if value is None:
        return ''
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if not isinstance(value, str):
        return str(value)
    is_formula = value.lstrip(' \u00a0').startswith(_FORMULA_STARTS)
    return f"'{value}" if is_formula else value


def csv_text(columns, rows):
    """The table as CSV (RFC 4180) with a byte order mark, by which spreadsheets know UTF-8.

    :param columns: names of the columns, in order
    :param rows: list of dicts by those names
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_MINIMAL, lineterminator='\r\n')
    writer.writerow(columns)
    writer.writerows([safe_cell(row[column]) for column in columns] for row in rows)
    return BYTE_ORDER_MARK + buffer.getvalue()
