from odoo import api, fields, models
from odoo.exceptions import UserError


class ScnSignupMerge(models.TransientModel):
    """Accept a sign-up into a contact that staff choose, where the matching found another one or none."""

    _name = 'scn.signup.merge'
    _description = 'Merge a Sign-up into a Contact'

    signup_ids = fields.Many2many('scn.signup', string="Sign-ups", required=True)
    signup_id = fields.Many2one('scn.signup', string="Sign-up", compute='_compute_signup_id')
    contact_id = fields.Many2one(
        'res.partner',
        required=True,
        domain="[('is_company', '=', False), ('commercial_partner_id.is_city', '=', True)]",
    )
    city_id = fields.Many2one(related='contact_id.commercial_partner_id', string="City")
    change_preview = fields.Html(string="What changes", compute='_compute_change_preview')

    @api.depends('signup_ids')
    def _compute_signup_id(self):
        for wizard in self:
            wizard.signup_id = wizard.signup_ids[:1]

    @api.depends('contact_id', 'signup_ids')
    def _compute_change_preview(self):
        for wizard in self:
            signup, contact = wizard.signup_id, wizard.contact_id
            if not contact:
                wizard.change_preview = False
                continue
            rows = signup._prepare_change_rows(contact.commercial_partner_id, contact)
            wizard.change_preview = signup._render_change_rows(rows)

    def action_confirm(self):
        """Accept into the chosen contact: its blanks are filled, nothing is overwritten.

        :raises UserError: when the contact does not work for a city
        """
        self.ensure_one()
        city = self.contact_id.commercial_partner_id
        if not city.is_city or self.contact_id == city:
            raise UserError(self.env._("Choose a person who is a contact of a city."))
        self.signup_id._check_can_decide()
        self.signup_id.sudo().write(
            {
                'organisation_id': city.id,
                'contact_id': self.contact_id.id,
                'city_is_chosen': True,
            }
        )
        self.signup_id._accept()
        return {'type': 'ir.actions.act_window_close'}
