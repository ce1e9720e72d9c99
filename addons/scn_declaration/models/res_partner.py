from odoo import fields, models


class ResPartner(models.Model):
    """A city's signatures of declarations."""

    _inherit = 'res.partner'

    declaration_signature_ids = fields.One2many(
        'scn.declaration.signature', 'partner_id', string="Declarations", groups='scn_partner.group_scn_user'
    )
    declaration_signature_count = fields.Integer(
        compute='_compute_declaration_signature_count', groups='scn_partner.group_scn_user'
    )

    def _compute_declaration_signature_count(self):
        counts = dict(
            self.env['scn.declaration.signature']._read_group(
                [('partner_id', 'in', self.ids)], ['partner_id'], ['__count']
            )
        )
        for partner in self:
            partner.declaration_signature_count = counts.get(partner, 0)

    def action_view_declaration_signatures(self):
        """Open the city's signatures; the one there is, or a new one, as a form."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_declaration.scn_declaration_signature_action')
        signatures = self.env['scn.declaration.signature'].search([('partner_id', '=', self.id)])
        action['domain'] = [('partner_id', '=', self.id)]
        action['context'] = {'default_partner_id': self.id}
        if len(signatures) <= 1:
            action['views'] = [(False, 'form')]
            action['res_id'] = signatures.id
        return action
