import json

from markupsafe import Markup

from odoo import api, fields, models


class ScnPersonalData(models.AbstractModel):
    """What is kept of a person, as a file that people read and as one that programs read; one content for both."""

    _inherit = 'scn.personal.data'

    @api.model
    def _prepare_export(self, person, is_own=False):
        """Everything that is kept of a person.

        :param bool is_own: the person downloads it alone: without what staff look at first
        :return: dict ``{"made_on", "sections": [{"model", "title", "why", "kept", "seen_by", "records": [{label:
            value}]}]}``, plain values only
        """
        sections = []
        for declared in self._get_installed():
            if is_own and declared.staff_only:
                continue
            if declared.model == 'res.partner':
                records = person.partners.sudo().with_context(active_test=False)
            else:
                records = self._find_records(declared, person)
            if is_own and declared.model == 'mail.message':
                records = records.filtered(
                    lambda message: message.author_id in person.partners and not message.is_internal
                )
            rows = [self._prepare_export_row(declared, record.with_env(self.env)) for record in records]
            rows = [row for row in rows if row]
            if rows:
                sections.append(
                    {
                        'model': declared.model,
                        'title': self.env['ir.model']._get(declared.model).name,
                        'why': self.env._(declared.why),
                        'kept': self.env._(declared.kept),
                        'seen_by': self.env._(declared.seen_by),
                        'records': rows,
                    }
                )
        return {'made_on': fields.Datetime.to_string(fields.Datetime.now()), 'sections': sections}

    @api.model
    def _prepare_export_row(self, declared, record):
        """A record as label → value: what is personal, and what it belongs to."""
        record = record.sudo()
        row = {}
        for name in (*declared.fields, *self._get_context_fields(record), *declared.contact):
            field = record._fields.get(name)
            if not field or not field.store or name in ('message_id', 'reply_to', 'access_token', 'keys'):
                continue
            value = self._get_plain_value(record, field)
            if value not in (None, '', []):
                row[field._description_string(self.env)] = value
        return row

    @api.model
    def _get_context_fields(self, record):
        """Fields that say what a record is about, where a model has them."""
        names = ('state', 'purpose_id', 'company_id', 'scope', 'source', 'role', 'organisation_id', 'city', 'event_id',
                 'given_at', 'withdrawn_at', 'received_at', 'date_start', 'date_end', 'date', 'invoice_date',
                 'create_date')  # fmt: skip
        return [name for name in names if name in record._fields]

    @api.model
    def _get_plain_value(self, record, field):
        if field.type == 'properties':
            properties = record.read([field.name])[0][field.name]
            return [f"{row.get('string')}: {row['value']}" for row in properties if row.get('value')] or None
        value = record[field.name]
        if field.type in ('binary', 'image'):
            return self.env._("(a file)") if value else None
        if field.relational:
            return [name for name in value.mapped('display_name') if name] or None
        if field.type == 'selection':
            return dict(field._description_selection(self.env)).get(value)
        if field.type == 'html':
            return str(value) if value else None
        if field.type in ('date', 'datetime'):
            return field.to_string(value) if value else None
        if isinstance(value, (dict, list)):
            return json.dumps(value, ensure_ascii=False)
        return value if value not in (False, None) else None

    @api.model
    def _render_export_json(self, export):
        """The export as JSON in UTF-8."""
        return json.dumps(export, ensure_ascii=False, indent=2).encode()

    @api.model
    def _render_export_html(self, export):
        """The export as a page that reads and prints without anything else."""
        title = self.env._("What we keep about you")
        body = Markup("<h1>%s</h1><p>%s</p>") % (title, export['made_on'])
        for section in export['sections']:
            body += Markup("<h2>%s</h2><p>%s. %s: %s. %s: %s.</p>") % (
                section['title'],
                section['why'],
                self.env._("Kept"),
                section['kept'],
                self.env._("Seen by"),
                section['seen_by'],
            )
            for record in section['records']:
                body += Markup("<dl>")
                for label, value in record.items():
                    text = ", ".join(str(part) for part in value) if isinstance(value, list) else value
                    body += Markup("<dt>%s</dt><dd>%s</dd>") % (label, text)
                body += Markup("</dl>")
        page = Markup(
            '<!DOCTYPE html><html lang="%s"><head><meta charset="utf-8"/><title>%s</title><style>'
            'body{font-family:sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}'
            'dl{border-top:1px solid #ccc;padding-top:.5rem}dt{font-weight:bold}dd{margin:0 0 .5rem}'
            '</style></head><body>%s</body></html>'
        ) % ((self.env.lang or 'en').split('_')[0], title, body)
        return str(page).encode()
