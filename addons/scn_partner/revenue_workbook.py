"""The report of a day as a workbook: one sheet for the periods, one for the totals, one for the check."""

import io

import xlsxwriter


def write_workbook(title, sheets):
    """Bytes of an XLSX file.

    Texts are written as texts, whatever they begin with, so that a city's name can never become a formula.

    :param str title: property of the document
    :param sheets: list of ``(name, header, rows, digits)``: header is a list of texts; rows are lists of texts, numbers
        and dates; digits gives the number of decimals of each row's amounts (a currency's precision)
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {'in_memory': True, 'strings_to_formulas': False, 'strings_to_urls': False})
    book.set_properties({'title': title})
    bold, day = book.add_format({'bold': True, 'text_wrap': True}), book.add_format({'num_format': 'yyyy-mm-dd'})
    money = {}
    for name, header, rows, digits in sheets:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(header) - 1, 16)
        sheet.write_row(0, 0, header, bold)
        for row_number, (row, decimals) in enumerate(zip(rows, digits, strict=True), start=1):
            if decimals not in money:
                pattern = '#,##0' + ('.' + '0' * decimals if decimals else '')
                money[decimals] = book.add_format({'num_format': pattern})
            for column, value in enumerate(row):
                if value is None or value is False:
                    continue
                if isinstance(value, str):
                    sheet.write_string(row_number, column, value)
                elif isinstance(value, float):
                    sheet.write_number(row_number, column, value, money[decimals])
                elif isinstance(value, int):
                    sheet.write_number(row_number, column, value)
                else:
                    sheet.write_datetime(row_number, column, value, day)
    book.close()
    return stream.getvalue()
