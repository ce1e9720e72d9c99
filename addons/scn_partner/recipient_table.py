"""The list of recipients as a table for another mail tool, as plain functions without Odoo."""

import csv
import io

#: What a spreadsheet takes for a formula when a text begins with it.
FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r')


def write_recipients(header, rows):
    """
    :param header: names of the columns
    :param rows: iterable of tuples of texts
    :return: bytes of a CSV file in UTF-8 with a byte order mark, which spreadsheets need to read accents

    >>> write_recipients(['name'], [('=1+1',)]).decode('utf-8-sig').split()
    ['name', "'=1+1"]
    """
    stream = io.StringIO(newline='')
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows([_as_text(text) for text in row] for row in rows)
    return stream.getvalue().encode('utf-8-sig')


def _as_text(text):
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
