"""The tables that opening imports read, as plain functions without Odoo."""

import csv
import io
from datetime import date

COLUMNS = ('city', 'country', 'tier', 'fee', 'currency', 'anchor', 'months', 'used')
REQUIRED = ('city', 'tier', 'fee', 'currency', 'anchor')
MAX_BYTES = 2_000_000
MAX_ROWS = 5_000


class TableError(ValueError):
    """The file as a whole cannot be read; the message is one sentence for staff."""


def read_table(content, columns=COLUMNS, required=REQUIRED):
    """Rows of a CSV file.

    :param bytes content: UTF-8 (with or without a mark) or Windows-1252; comma, semicolon or tab
    :param columns: names of the columns to read, those of running partnerships unless others are given
    :param required: those that have to be there
    :return: list of dict column → text, in the order of the file; missing optional columns are empty
    :raises TableError: when it is no such table

    >>> read_table(b'city;tier;fee;currency;anchor\\nGhent;partner;100;EUR;2019-01-01\\n')[0]['tier']
    'partner'
    """
    if len(content) > MAX_BYTES:
        raise TableError("The file is larger than 2 MB: split it.")
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError:
        text = content.decode('cp1252', 'replace')
    if '\x00' in text:
        raise TableError("This is no CSV file: save the table as CSV first.")
    first_line = text.partition('\n')[0]
    delimiter = max(';,\t', key=first_line.count)
    # strict: an unclosed quote would swallow rows in silence.
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        names = [(name or '').strip().lower() for name in reader.fieldnames or []]
        reader.fieldnames = names
        rows = [
            {name: (row.get(name) or '').strip() for name in columns}
            for row in reader
            if any(isinstance(value, str) and value.strip() for value in row.values())
        ]
    except csv.Error as error:
        raise TableError(f"The table cannot be read near line {reader.line_num}: {error}.") from None
    missing = [name for name in required if name not in names]
    if missing:
        raise TableError(f"The table needs a column for each of: {', '.join(missing)}.")
    if len(names) != len(set(names)):
        raise TableError("A column stands twice in the first line.")
    if not rows:
        raise TableError("The table has no rows below its first line.")
    if len(rows) > MAX_ROWS:
        raise TableError(f"The table has more than {MAX_ROWS} rows: split it.")
    return rows


def read_day(text):
    """A day written 2019-01-31, or None.

    >>> str(read_day('2019-01-31')), read_day('31/01/2019')
    ('2019-01-31', None)
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_amount(text):
    """An amount such as 4800, 4800.50 or 4800,50; None for anything else, a negative one included.

    >>> read_amount('4800,50'), read_amount('4.800,50'), read_amount('-1'), read_amount('nan')
    (4800.5, None, None, None)
    """
    cleaned = text.replace(',', '.', 1)
    if not cleaned.replace('.', '', 1).isdecimal() or not cleaned.isascii():
        return None
    return float(cleaned)


def read_used(text):
    """Benefits used so far, ``one_on_one=1 visit=1``; None when it is not of that form.

    >>> read_used('one_on_one=1 visit=2'), read_used(''), read_used('visit')
    ({'one_on_one': 1, 'visit': 2}, {}, None)
    """
    used = {}
    for part in text.split():
        code, separator, number = part.partition('=')
        if not separator or not number.isdecimal() or not number.isascii():
            return None
        used[code] = int(number)
    return used
