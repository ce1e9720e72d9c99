from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..personal_data import ERASED, MAX_FILE_BYTES, find_in_file

#: Kinds of files in which no text is looked for.
OPAQUE = ('image/', 'video/', 'audio/', 'font/', 'text/css', 'application/javascript', 'text/javascript', 'text/scss')
TEXT_TYPES = ('text', 'varchar', 'bpchar', 'json', 'jsonb', 'bytea')


class ScnPersonalData(models.AbstractModel):
    """Traces of a person where no declaration leads: remarks, tracked values, logs, files.

    Every column with text and every file is searched for the person's addresses, numbers and full name, in the
    spellings of ``personal_data.find_traces_of``. What somebody else shares is left alone. What the law keeps is
    counted and left.
    """

    _inherit = 'scn.personal.data'

    @api.model
    def _get_unswept_tables(self):
        """Tables that are left as they are: accounting, and digests that hold nothing readable."""
        return {
            'account_move',
            'account_move_line',
            'account_payment',
            'account_bank_statement_line',
            'scn_signup_erasure',
        }

    @api.model
    def _get_legal_files_domain(self):
        """Files that the law keeps as they are: invoices as issued, and orders they rest on."""
        orders = self.env['sale.order'].sudo().search([('scn_acceptance_document_id', '!=', False)])
        return Domain('res_model', '=', 'account.move') | Domain('id', 'in', orders.scn_acceptance_document_id.ids)

    # -- text --------------------------------------------------------------------------------------------------

    @api.model
    def _get_text_columns(self):
        """Columns with text of every table of this database.

        :return: dict table → list of ``(column, type, whether unique)``
        """
        self.env.cr.execute(
            """
            SELECT c.table_name, c.column_name, c.udt_name, EXISTS (
                       SELECT FROM pg_index i
                         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                        WHERE i.indisunique AND i.indrelid = format('%%I', c.table_name)::regclass
                          AND a.attname = c.column_name)
              FROM information_schema.columns c
              JOIN information_schema.tables t USING (table_schema, table_name)
             WHERE t.table_type = 'BASE TABLE' AND c.table_schema = current_schema()
               AND c.udt_name IN %s AND c.is_generated = 'NEVER'
             ORDER BY c.table_name, c.ordinal_position
            """,
            [TEXT_TYPES],
        )
        columns = {}
        for table, column, kind, is_unique in self.env.cr.fetchall():
            columns.setdefault(table, []).append((column, kind, is_unique))
        return columns

    @api.model
    def _get_condition(self, columns, traces):
        """Condition that one of a table's columns holds a trace."""
        texts = [
            SQL("encode(%s, 'escape')" if kind == 'bytea' else '%s::text', SQL.identifier(column))
            for column, kind, __ in columns
        ]
        text = SQL("concat_ws(chr(10), %s)", SQL(', ').join(texts))
        return SQL("CASE WHEN %s ~* %s THEN %s ~* %s ELSE false END", text, traces.quick, text, traces.full)

    @api.model
    def _count_traces(self, traces, handled):
        """Rows with traces, for the preview; changes nothing.

        :param dict handled: table → ids that a declaration takes care of
        :return: dict table → number of rows
        """
        self.env.flush_all()
        counts = {}
        for table, columns in self._get_text_columns().items():
            if table == 'ir_attachment':
                columns = [column for column in columns if column[0] != 'db_datas']
            condition = self._get_condition(columns, traces)
            if handled.get(table):
                condition = SQL("%s AND id NOT IN %s", condition, tuple(handled[table]))
            self.env.cr.execute(
                SQL("SELECT count(*) FROM %s WHERE %s", SQL.identifier(table), condition), log_exceptions=False
            )
            count = self.env.cr.fetchone()[0]
            if count:
                counts[table] = count
        return counts

    @api.model
    def _erase_traces(self, traces):
        """Take the traces out of every text; of a file kept in a column, the column is emptied.

        :return: dict table → number of rows
        """
        self.env.flush_all()
        unswept = self._get_unswept_tables()
        counts = {}
        for table, columns in self._get_text_columns().items():
            if table in unswept:
                continue
            columns = [column for column in columns if (table, column[0]) != ('ir_attachment', 'db_datas')]
            condition = self._get_condition(columns, traces)
            if table == 'ir_attachment':
                condition = SQL("%s AND coalesce(res_model, '') <> 'account.move'", condition)
            # log_exceptions: the statement holds names and addresses
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE %s",
                    SQL.identifier(table),
                    SQL(', ').join(self._get_erasing(column, traces) for column in columns),
                    condition,
                ),
                log_exceptions=False,
            )
            if self.env.cr.rowcount:
                counts[table] = self.env.cr.rowcount
        self.env.invalidate_all(flush=False)
        self.env.registry.clear_all_caches()
        return counts

    @api.model
    def _get_erasing(self, column, traces):
        name, kind, is_unique = column
        identifier = SQL.identifier(name)
        if kind == 'bytea':
            return SQL("%s = CASE WHEN encode(%s, 'escape') ~* %s THEN NULL ELSE %s END",
                       identifier, identifier, traces.full, identifier)  # fmt: skip
        instead = SQL("'(erased ' || id || ')'") if is_unique else SQL("%s", ERASED)
        cast = SQL("::jsonb") if kind == 'jsonb' else SQL("::json") if kind == 'json' else SQL("")
        return SQL("%s = regexp_replace(%s::text, %s, %s, 'gi')%s", identifier, identifier, traces.full, instead, cast)

    # -- files -------------------------------------------------------------------------------------------------

    @api.model
    def _find_files(self, traces):
        """Files that hold a trace, those that the law keeps included.

        :return: ``(files, too large)``: attachments; and how many were not looked into
        """
        Attachment = self.env['ir.attachment'].sudo().with_context(active_test=False)
        found, seen, too_large = Attachment.browse(), {}, 0
        # a condition on res_field, or Odoo leaves the files of fields out
        domain = ['|', ('res_field', '=', False), ('res_field', '!=', False), ('type', '=', 'binary')]
        ids = Attachment.search(domain, order='id').ids
        for batch in split_every(100, ids):
            for attachment in Attachment.browse(batch):
                if (attachment.mimetype or '').startswith(OPAQUE) or attachment.res_model == 'ir.ui.view':
                    continue
                if attachment.file_size > MAX_FILE_BYTES:
                    too_large += 1
                    continue
                key = attachment.store_fname or attachment.id
                if key not in seen:
                    seen[key] = traces.are_in(attachment.index_content) or find_in_file(traces, attachment.raw or b'')
                if seen[key]:
                    found |= attachment
            Attachment.browse(batch).invalidate_recordset(['raw', 'datas'])
        return found, too_large

    @api.model
    def _erase_files(self, traces):
        """Take the traces out of files of plain text; other files go, those that the law keeps stay.

        :return: ``(number changed, number deleted)``
        """
        files, __ = self._find_files(traces)
        files -= files.filtered_domain(self._get_legal_files_domain())
        changed = files.filtered(self._is_plain_text)
        for attachment in changed:
            attachment.raw = traces.erase(attachment.raw.decode()).encode()
        deleted = files - changed
        numbers = len(changed), len(deleted)
        deleted.unlink()
        return numbers

    @api.model
    def _is_plain_text(self, attachment):
        content = attachment.raw or b''
        if b'\0' in content or not (attachment.mimetype or '').startswith(
            ('text/', 'application/json', 'application/xml')
        ):
            return False
        try:
            content.decode()
        except UnicodeDecodeError:
            return False
        return True
