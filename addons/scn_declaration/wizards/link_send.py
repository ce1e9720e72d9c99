from odoo import api, fields, models

from ..models.scn_declaration_link import DEFAULT_DAYS


class ScnDeclarationLinkSend(models.TransientModel):
    """Send a person of the city a link by which they act for it."""

    _name = 'scn.declaration.link.send'
    _description = 'Send a Link to the City'

    signature_id = fields.Many2one('scn.declaration.signature', required=True, readonly=True, ondelete='cascade')
    city_id = fields.Many2one(related='signature_id.partner_id', string="City")
    partner_id = fields.Many2one(
        'res.partner',
        string="Send to",
        compute='_compute_partner_id',
        store=True,
        readonly=False,
        domain="[('commercial_partner_id', '=', city_id), ('is_company', '=', False)]",
    )
    email = fields.Char(related='partner_id.email')
    days = fields.Integer(string="Good for (days)", default=DEFAULT_DAYS, required=True)
    purpose = fields.Selection(
        lambda self: self.env['scn.declaration.link']._fields['purpose']._description_selection(self.env),
        string="What for",
        compute='_compute_purpose',
    )
    replaces = fields.Boolean(compute='_compute_replaces', help="This person has a link that is still good.")

    _days_reasonable = models.Constraint('CHECK (days BETWEEN 1 AND 365)', "A link is good for 1 to 365 days.")

    @api.depends('signature_id')
    def _compute_partner_id(self):
        """The political lead, else the staff lead, else any person with an address."""
        for wizard in self:
            city = wizard.signature_id.partner_id
            people = wizard.signature_id._get_acting_contacts() | city.child_ids if city else city
            wizard.partner_id = people.filtered(lambda person: person.email and not person.is_company)[:1]

    @api.depends('signature_id')
    def _compute_purpose(self):
        for wizard in self:
            wizard.purpose = wizard.signature_id._get_city_purpose() if wizard.signature_id else False

    @api.depends('signature_id', 'partner_id')
    def _compute_replaces(self):
        for wizard in self:
            links = wizard.signature_id.link_ids
            wizard.replaces = bool(
                links.filtered(
                    lambda link, wizard=wizard: (
                        link.state == 'open' and not link.is_expired and link.partner_id == wizard.partner_id
                    )
                )
            )

    def action_send(self):
        """Send the link.

        :raises AccessError: for anybody but officers
        """
        self.ensure_one()
        self.signature_id._check_officer()
        self.partner_id.check_access('read')
        self.env['scn.declaration.link']._issue(self.signature_id, self.partner_id, days=self.days)
        self.signature_id.message_post(
            body=self.env._("A link was sent to %(person)s.", person=self.partner_id.name),
            message_type='notification',
            subtype_xmlid='mail.mt_note',
        )
        return {'type': 'ir.actions.act_window_close'}
