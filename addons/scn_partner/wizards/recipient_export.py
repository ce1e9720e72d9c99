import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..recipient_table import write_recipients


class ScnRecipientExport(models.TransientModel):
    """The list of recipients of news or the magazine, for the mail tool of today; each with a link to stop."""

    _name = 'scn.recipient.export'
    _description = 'Recipients of a Mailing'

    purpose_id = fields.Many2one(
        'scn.consent.purpose',
        string="For",
        required=True,
        domain="[('kind', '=', 'mail')]",
        default=lambda self: self.env.ref('scn_partner.scn_consent_purpose_news', raise_if_not_found=False),
    )
    company_id = fields.Many2one('res.company', string="Body", required=True, default=lambda self: self.env.company)
    lang = fields.Selection(selection='_selection_lang', string="Language", help="Empty: all languages.")
    count = fields.Integer(string="Recipients", compute='_compute_count')
    file = fields.Binary(readonly=True)
    filename = fields.Char(readonly=True)

    @api.model
    def _selection_lang(self):
        return self.env['res.lang'].get_installed()

    @api.depends('purpose_id', 'company_id', 'lang')
    def _compute_count(self):
        for export in self:
            export.count = len(export._get_recipients())

    def _check_officer(self):
        if not self.env.user.has_group('scn_partner.group_scn_officer'):
            raise AccessError(self.env._("Only officers of Sharing Cities make lists of recipients."))

    def _get_recipients(self):
        """
        :raises AccessError: for anybody but officers, and for a body that the user does not work for
        """
        self._check_officer()
        if self.company_id not in self.env.user.company_ids:
            raise AccessError(self.env._("You do not work for this body: choose another one."))
        if not self.purpose_id:
            return self.env['res.partner']
        return self.env['res.partner']._get_recipients(self.purpose_id.code, self.company_id, self.lang)

    def action_export(self):
        """Write the table and show it for downloading. The list is as of now: make it anew before each mailing."""
        self.ensure_one()
        people = self._get_recipients()
        header = ('name', 'email', 'language', 'city', 'tier', 'stop_link')
        rows = [
            (
                person.name or '',
                person.email_normalized,
                person.lang or '',
                person.commercial_partner_id.name,
                person.commercial_partner_id.grade_id.name or '',
                person._get_stop_url(),
            )
            for person in people
        ]
        self.write(
            {
                'file': base64.b64encode(write_recipients(header, rows)),
                'filename': f"{self.purpose_id.code}-{fields.Date.context_today(self)}.csv",
            }
        )
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Recipients"),
            'res_model': self._name,
            'res_id': self.id,
            'view_mode': 'form',
            'target': 'new',
        }
