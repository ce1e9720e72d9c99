from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .scn_consent_purpose import SCOPES
from .scn_consent_wording import fingerprint

SOURCES = [
    ('signup', 'Sign-up'),
    ('portal', 'Portal'),
    ('staff', 'Entered by staff'),
    ('stop', 'Stop link in a mail'),
    ('merge', 'Contacts merged'),
]


class ScnConsent(models.Model):
    """One yes of a person or an organisation to one purpose of one body, from the day it was given until withdrawn.

    A record is evidence: nobody changes or deletes it. A new yes after a withdrawal is a new record, and the partial
    unique index says that at most one is in force. It is asked before each sending and each publication:
    ``res.partner._filter_may_send``, ``_filter_may_publish``.
    """

    _name = 'scn.consent'
    _description = 'Consent'
    _order = 'given_at desc, id desc'
    _rec_name = 'purpose_id'

    partner_id = fields.Many2one('res.partner', string="Of", required=True, index=True, ondelete='cascade')
    purpose_id = fields.Many2one('scn.consent.purpose', required=True, index=True, ondelete='restrict')
    kind = fields.Selection(related='purpose_id.kind')
    company_id = fields.Many2one(
        'res.company', string="Body", required=True, default=lambda self: self.env.company, index=True
    )
    scope = fields.Selection(SCOPES, help="Who may see what is published; a wider scope includes a narrower one.")
    wording_id = fields.Many2one('scn.consent.wording', string="Version", ondelete='restrict', index='btree_not_null')
    wording = fields.Text(help="The very words that were agreed to, in the person's language.")
    wording_hash = fields.Char(string="Fingerprint of the words", readonly=True, help="SHA-256.")
    source = fields.Selection(SOURCES, required=True, default='staff')
    evidence = fields.Char(help="Where it can be seen, e.g. letter of 3 May, minutes of a meeting.")
    signup_id = fields.Many2one('scn.signup', readonly=True, index='btree_not_null', ondelete='set null')
    given_at = fields.Datetime(string="Given", required=True, default=fields.Datetime.now)
    withdrawn_at = fields.Datetime(string="Withdrawn", readonly=True, copy=False)
    withdrawn_source = fields.Selection(SOURCES, string="Withdrawn by", readonly=True, copy=False)

    _one_live = models.UniqueIndex(
        '(partner_id, purpose_id, company_id) WHERE withdrawn_at IS NULL',
        "This consent is in force already: withdraw it first if it changed.",
    )
    _withdrawn_after_given = models.Constraint(
        'CHECK (withdrawn_at IS NULL OR withdrawn_at >= given_at)', "A consent is withdrawn after it was given."
    )

    @api.depends('purpose_id', 'partner_id')
    def _compute_display_name(self):
        for consent in self:
            parts = (consent.purpose_id.name, consent.partner_id.name)
            consent.display_name = ", ".join(part for part in parts if part)

    @api.constrains('purpose_id', 'scope', 'given_at')
    def _check_scope(self):
        for consent in self:
            if consent.purpose_id.kind == 'publication' and not consent.scope:
                raise ValidationError(
                    self.env._("Choose who may see it: a consent to “%(purpose)s” has a scope.",
                               purpose=consent.purpose_id.name)
                )  # fmt: skip
            if consent.given_at > fields.Datetime.now():
                raise ValidationError(self.env._("The consent is dated in the future: enter the day it was given."))

    @api.model_create_multi
    def create(self, vals_list):
        """Entered by staff: the wording in use is taken, and a wish to stop mails ends with the newer yes."""
        consents = self.browse()
        for vals in vals_list:
            if not self.env.su and ({'withdrawn_at', 'withdrawn_source', 'signup_id'} & vals.keys()):
                raise AccessError(self.env._("A consent is withdrawn by its button."))
            if not self.env.su:
                vals['source'] = 'staff'
                if not (vals.get('evidence') or '').strip():
                    raise UserError(self.env._("Say where the consent can be seen, e.g. the day of a letter or mail."))
                self._check_none_live(vals)
            self._fill_wording(vals)
        consents = super().create(vals_list)
        consents._end_stop()
        return consents

    def _check_none_live(self, vals):
        """The sentence before the database's own refusal; the unique index decides.

        :raises UserError: where a consent is in force already
        """
        pair = [(name, '=', vals.get(name)) for name in ('partner_id', 'purpose_id')]
        company_id = vals.get('company_id') or self.env.company.id
        if self.search_count([*pair, ('company_id', '=', company_id), ('withdrawn_at', '=', False)], limit=1):
            raise UserError(self.env._("This consent is in force already: withdraw it first if it changed."))

    def _fill_wording(self, vals):
        """Complete values with the wording in use and the fingerprint of the words."""
        purpose = self.env['scn.consent.purpose'].browse(vals.get('purpose_id'))
        partner = self.env['res.partner'].browse(vals.get('partner_id')).sudo()
        company = self.env['res.company'].browse(vals.get('company_id')) or self.env.company
        if purpose and not vals.get('wording'):
            wording = purpose._get_wording(company).with_context(lang=partner.lang or self.env.lang)
            vals.update(wording_id=wording.id, wording=wording.text)
        vals['wording_hash'] = fingerprint(vals['wording']) if vals.get('wording') else False

    def _end_stop(self):
        """A person who agrees to mails again after asking us to stop gets them again; never by a sign-up or a sync."""
        mails = self.filtered(
            lambda consent: (
                consent.kind == 'mail' and consent.source in ('portal', 'staff') and not consent.withdrawn_at
            )
        )
        for consent in mails.sudo():
            stopped = consent.partner_id.news_stopped_on
            if stopped and stopped <= consent.given_at:
                consent.partner_id.news_stopped_on = False

    def write(self, vals):
        if not self.env.su:
            raise AccessError(self.env._("A consent is evidence and never changes: withdraw it, or enter a new one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_by_us(self):
        if not self.env.su:
            raise AccessError(self.env._("A consent is evidence and is not deleted: withdraw it."))

    def action_withdraw(self):
        """Note that the person or the organisation took the consent back.

        :raises AccessError: for anybody but an officer
        """
        if not self.env.user.has_group('scn_partner.group_scn_officer'):
            raise AccessError(self.env._("Only officers of Sharing Cities note that a consent was withdrawn."))
        self.check_access('read')
        self._withdraw('staff')
        return True

    def _withdraw(self, source):
        """Take these consents out of force; one that is withdrawn stays as it is."""
        now = fields.Datetime.now()
        for consent in self.sudo().filtered(lambda consent: not consent.withdrawn_at):
            consent.write({'withdrawn_at': max(now, consent.given_at), 'withdrawn_source': source})

    @api.model
    def _insert(self, rows):
        """Insert consents of which none is in force yet; of two at once the unique index takes one.

        :param rows: list of dicts with ``partner_id, purpose_id, company_id, scope, wording_id, wording, source,
            evidence, signup_id, given_at``
        :return: the new records
        :raises psycopg2.errors.SerializationFailure: when somebody else inserts the same at the same time
        """
        names = ('partner_id', 'purpose_id', 'company_id', 'scope', 'wording_id', 'wording', 'source', 'evidence',
                 'signup_id', 'given_at')  # fmt: skip
        if not rows:
            return self.browse()
        self.env.flush_all()
        values = SQL(', ').join(
            SQL(
                "(%s, %s, now() at time zone 'utc', %s, now() at time zone 'utc', %s)",
                SQL(', ').join(SQL('%s', row.get(name) or None) for name in names),
                self.env.uid,
                self.env.uid,
                fingerprint(row['wording']) if row.get('wording') else None,
            )
            for row in rows
        )
        # log_exceptions: the words and where they stand are the person's.
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO scn_consent (%s, create_uid, create_date, write_uid, write_date, wording_hash)
            VALUES %s ON CONFLICT DO NOTHING RETURNING id
            """,
                SQL(', ').join(SQL.identifier(name) for name in names),
                values,
            ),
            log_exceptions=False,
        )
        consents = self.browse(row[0] for row in self.env.cr.fetchall())
        self.env['res.partner'].browse({row['partner_id'] for row in rows}).invalidate_recordset(['consent_ids'])
        return consents
