def prefetch_lines(records, name, names):
    """Read the lines of records with these fields of theirs in one look.

    Odoo reads which lines there are first and their fields with the first one that is used: two looks, and all
    columns. What the cache has already is kept and not read again. Called with rights that see every line.

    :param records: records of one model
    :param name: a one2many field of the model
    :param names: stored fields of the lines
    :return: the lines of the records that were not read before
    """
    field = records._fields[name]
    known = field._get_cache(records.env)
    unread = records.browse(record_id for record_id in records._ids if record_id not in known).filtered('id')
    lines = records.env[field.comodel_name].with_context(active_test=False)
    if not unread:
        return lines
    found = lines.search_fetch([(field.inverse_name, 'in', unread.ids)], [field.inverse_name, *names])
    lines_of = found.grouped(lambda line: line[field.inverse_name].id)
    field._insert_cache(unread, [lines_of.get(record.id, lines)._ids for record in unread])
    return found
