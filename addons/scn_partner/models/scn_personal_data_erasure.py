from odoo import api, models
from odoo.fields import Command
from odoo.http import root
from odoo.tools import SQL, split_every

from ..personal_data import ERASED

BATCH = 500


class ScnPersonalData(models.AbstractModel):
    """What goes, what stays and why, and the erasure itself: one transaction, all or nothing."""

    _inherit = 'scn.personal.data'

    # -- preview -----------------------------------------------------------------------------------------------

    @api.model
    def _prepare_preview(self, person):
        """What an erasure will do; changes nothing.

        :return: list of dicts ``kind`` (goes, blanked, stays, traces), ``model``, ``title``, ``count``, ``records``
            (names of what stays), ``reason``
        """
        rows, handled = [], {}
        for declared in self._get_installed():
            records = person.partners if declared.model == 'res.partner' else self._find_records(declared, person)
            if not records:
                continue
            staying = records._get_kept_of_person(person) if declared.basis else records.browse()
            handled.setdefault(records._table, set()).update(records.ids)
            going = records - staying
            if going:
                kind = 'goes' if declared.erasure in ('delete', 'special') else 'blanked'
                rows.append(self._prepare_preview_row(declared, kind, going, self.env._(declared.why)))
            if staying:
                row = self._prepare_preview_row(declared, 'stays', staying, self.env._(declared.basis))
                rows.append({**row, 'records': staying.mapped('display_name')})
        traces = person.get_traces()
        if traces:
            rows += self._prepare_trace_rows(traces, handled)
        return rows

    @api.model
    def _prepare_preview_row(self, declared, kind, records, reason):
        return {
            'kind': kind,
            'model': declared.model,
            'title': self.env['ir.model']._get(declared.model).name,
            'count': len(records),
            'records': [],
            'reason': reason,
        }

    @api.model
    def _prepare_trace_rows(self, traces, handled):
        titles = {model._table: self.env['ir.model']._get(name).name for name, model in self.env.registry.items()}
        rows = []
        unswept = self._get_unswept_tables()
        for table, count in self._count_traces(traces, handled).items():
            row = {'kind': 'traces', 'model': table, 'title': titles.get(table, table), 'count': count, 'records': []}
            row['reason'] = self.env._("Name, address or number in a text: it is taken out, the rest stays.")
            if table in unswept:
                row.update(kind='stays', reason=self.env._("Accounting records are kept as issued."))
            rows.append(row)
        files, too_large = self._find_files(traces)
        legal = files.filtered_domain(self._get_legal_files_domain())
        title = self.env['ir.model']._get('ir.attachment').name
        for kind, found, reason in (
            ('traces', files - legal, self.env._("In plain text it is taken out; other files are deleted.")),
            ('stays', legal, self.env._("Accounting records are kept as issued.")),
        ):
            if found:
                row = {'kind': kind, 'model': 'ir.attachment', 'title': title, 'count': len(found), 'reason': reason}
                rows.append({**row, 'records': found.mapped('name') if kind == 'traces' else []})
        if too_large:
            reason = self.env._("Larger than 40 MB: not looked into. Look at them by hand.")
            rows.append({'kind': 'unread', 'model': 'ir.attachment', 'title': title, 'count': too_large, 'records': [],
                         'reason': reason})  # fmt: skip
        return rows

    # -- erasing -----------------------------------------------------------------------------------------------

    @api.model
    def _erase(self, person, reason=''):
        """Erase a person: what is declared, then traces everywhere, then account and contact.

        The caller has checked rights. Nothing of it is in the log but counts and a keyed digest.

        :param person: ``personal_data.Person``
        :param str reason: why, in words without anything personal
        :return: the ``scn.erasure.log`` record
        """
        data = self.sudo().with_context(
            tracking_disable=True, mail_notrack=True, mail_create_nolog=True, mail_create_nosubscribe=True,
            active_test=False, lang='en_US',
        )  # fmt: skip
        traces = person.get_traces()
        signups = data._find_records(data._get_declared('scn.signup'), person)
        data.env['scn.signup.erasure']._remember(signups, person.emails - person.shared_emails)
        log = data.env['scn.erasure.log']._open(person, reason)
        outcome, kept = {}, []
        for declared in data._get_installed():
            count, stays = data._erase_declared(declared, person)
            if count:
                outcome[declared.model] = count
            kept += [f'{record._name},{record.id}' for record in stays]
        if traces:
            outcome['files'] = sum(data._erase_files(traces))
            outcome['texts'] = sum(data._erase_traces(traces).values())
        log._close(outcome, kept)
        data._collect_files_after_commit()
        return log

    @api.model
    def _get_declared(self, model):
        return next(declared for declared in self._get_declarations() if declared.model == model)

    @api.model
    def _erase_declared(self, declared, person):
        """Erase one model's rows.

        :return: ``(number erased, records that stay)``
        """
        model = self.env[declared.model]
        if declared.erasure == 'special':
            return model._erase_person(person, declared)
        records = self._find_records(declared, person).with_env(self.env)
        if declared.erasure == 'keep':
            return 0, records
        for ids in split_every(BATCH, records.ids):
            batch = model.browse(ids)
            if declared.erasure == 'delete':
                batch.exists().unlink()
            else:
                self._blank(declared, batch, person)
        return len(records), model.browse()

    @api.model
    def _blank(self, declared, records, person):
        """Take the person out of rows that stay: their texts, and the links to this person and no other."""
        values = self._prepare_blank_values(declared, records)
        if values:
            records.write(values)
        for names, people in ((declared.contact, person.partners), (declared.user, person.users)):
            for name in names:
                field = records._fields.get(name)
                if not field or not field.store or field.required:
                    continue
                linked = records.filtered(lambda record, name=name, people=people: record[name] & people)
                if linked and field.type == 'many2many':
                    linked.write({name: [Command.unlink(record_id) for record_id in people.ids]})
                elif linked:
                    linked.write({name: False})

    @api.model
    def _prepare_blank_values(self, declared, records):
        """Values without the person: what must not be empty says that it was erased."""
        values = {}
        for name in declared.fields:
            field = records._fields.get(name)
            if field and field.store and not field.related:
                values[name] = ERASED if field.required and field.type in ('char', 'text', 'html') else False
        return {**values, **{name: value for name, value in declared.blanks.items() if name in records._fields}}

    @api.model
    def _blank_columns(self, records, keep=frozenset(), **values):
        """Empty every column with text of rows that stay because others refer to them, past what writing sets off.

        Writing an address on a contact would write it on its city too.

        :param keep: columns that stay
        :param values: columns with something instead, as SQL
        """
        if not records:
            return
        records.env.flush_all()
        columns = [
            name
            for name, field in records._fields.items()
            if field.store
            and field.column_type
            and name not in keep
            and name not in values
            and not field.required
            and (field.type in ('char', 'text', 'html', 'json', 'properties') or name in ('lang', 'tz'))
        ]
        assignments = [SQL("%s = NULL", SQL.identifier(name)) for name in columns]
        assignments += [SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()]
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id IN %s",
                SQL.identifier(records._table),
                SQL(', ').join(assignments),
                tuple(records.ids),
            ),
            log_exceptions=False,
        )
        self.env.invalidate_all(flush=False)

    @api.model
    def _get_holding_tables(self, records):
        """Tables whose rows refer to these records and would stop their deletion, or go with it unasked.

        :return: set of table names
        """
        self.env.flush_all()
        going = {
            self.env[declared.model]._table for declared in self._get_installed() if declared.erasure == 'delete'
        } | {field.relation for model in self.env.registry.values() for field in model._fields.values()
             if field.type == 'many2many' and field.store}  # fmt: skip
        self.env.cr.execute(
            """
            SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND c.confrelid = %s::regclass AND c.confdeltype IN ('r', 'a', 'c')
            """,
            [records._table],
        )
        columns = self.env.cr.fetchall()
        if records._table == 'res_partner':
            columns.append(('account_move', 'partner_shipping_id'))
        holding = set()
        for table, column in columns:
            if table in going or table in holding:
                continue
            self.env.cr.execute(
                SQL(
                    "SELECT FROM %s WHERE %s IN %s LIMIT 1",
                    SQL.identifier(table.strip('"')),
                    SQL.identifier(column),
                    tuple(records.ids),
                )
            )
            if self.env.cr.rowcount:
                holding.add(table)
        return holding

    @api.model
    def _collect_files_after_commit(self):
        """Remove the bytes of deleted files when the erasure is committed, not at Odoo's next clean-up."""
        registry, uid = self.env.registry, self.env.uid

        def collect():
            with registry.cursor() as cr:
                self.env(cr=cr, user=uid, context={}, su=True)['ir.attachment']._gc_file_store()

        self.env.cr.postcommit.add(collect)

    @api.model
    def _end_sessions_after_commit(self, identifiers):
        """Remove stored sessions when the erasure is committed: they hold the log-in name."""
        if identifiers:
            self.env.cr.postcommit.add(lambda: root.session_store.delete_from_identifiers(identifiers))
