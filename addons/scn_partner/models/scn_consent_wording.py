import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError


def fingerprint(text):
    """SHA-256 of a wording in UTF-8, hexadecimal: what a consent keeps of the words beside the words."""
    return hashlib.sha256((text or '').encode()).hexdigest()


class ScnConsentWording(models.Model):
    """The words with which a purpose is asked for, in versions: what somebody agreed to never changes."""

    _name = 'scn.consent.wording'
    _description = 'Wording of a Consent'
    _order = 'purpose_id, number desc, id desc'
    _rec_name = 'number'

    purpose_id = fields.Many2one('scn.consent.purpose', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', string="Body", help="Empty: for every body without one of its own.")
    number = fields.Integer(string="Version", readonly=True, copy=False)
    text = fields.Text(required=True, translate=True)
    consent_ids = fields.One2many('scn.consent', 'wording_id')

    _number_unique = models.UniqueIndex(
        '(purpose_id, COALESCE(company_id, 0), number)', "This version is there already."
    )

    @api.depends('purpose_id', 'number')
    def _compute_display_name(self):
        for wording in self:
            wording.display_name = self.env._(
                "%(purpose)s, version %(number)s", purpose=wording.purpose_id.name or '', number=wording.number
            )

    @api.model_create_multi
    def create(self, vals_list):
        latest = {}
        for vals in vals_list:
            key = (vals.get('purpose_id'), vals.get('company_id') or False)
            if key not in latest:
                domain = [('purpose_id', '=', key[0]), ('company_id', '=', key[1])]
                latest[key] = self.search(domain, order='number desc', limit=1).number
            latest[key] += 1
            vals['number'] = latest[key]
        return super().create(vals_list)

    def write(self, vals):
        if {'text', 'purpose_id', 'company_id'} & vals.keys() and self.env.lang in (None, 'en_US'):
            self._check_unused()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_unused()

    def _check_unused(self):
        """
        :raises UserError: for words that somebody agreed to
        """
        for wording in self.sudo():
            if wording.consent_ids:
                raise UserError(
                    self.env._("“%(wording)s” was agreed to: add a new version instead.", wording=wording.display_name)
                )
