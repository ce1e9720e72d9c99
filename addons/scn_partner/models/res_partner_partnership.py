from odoo import api, fields, models

from .scn_partnership import HOLDING_STATES, LIVE_STATES


class ResPartner(models.Model):
    """What a city has by its partnerships: the tier and the pricelist are projections of the live one."""

    _inherit = 'res.partner'

    partnership_ids = fields.One2many('scn.partnership', 'partner_id', string="Partnerships")
    live_partnership_id = fields.Many2one(
        'scn.partnership',
        string="Live partnership",
        compute='_compute_live_partnership_id',
        help="The running partnership; with several bodies the one of the highest tier.",
    )
    partnership_count = fields.Integer(compute='_compute_live_partnership_id')
    requires_purchase_order = fields.Boolean(
        string="Pays with a purchase order only",
        tracking=True,
        help="No invoice leaves without a purchase-order number that is valid and covers the amount.",
    )
    purchase_reference_ids = fields.One2many('scn.purchase.reference', 'partner_id', string="Purchase orders")

    @api.depends('partnership_ids.state', 'partnership_ids.grade_id')
    def _compute_live_partnership_id(self):
        for partner in self:
            live = partner.partnership_ids.filtered(lambda partnership: partnership.state in LIVE_STATES)
            partner.live_partnership_id = live.sorted(lambda partnership: partnership.grade_id.rank)[-1:]
            partner.partnership_count = len(partner.partnership_ids)

    def _get_projected_grade(self):
        """Tier a city holds: that of its running partnership, else what it has without one."""
        self.ensure_one()
        holding = self.sudo().partnership_ids.filtered(lambda partnership: partnership.state in HOLDING_STATES)
        if holding:
            return holding.grade_id.sorted('rank')[-1].sudo(self.env.su)
        return super()._get_projected_grade()

    def _project_grade(self):
        """Tier and pricelist. A pricelist that came with the old tier goes with it."""
        for city in self.filtered('is_city'):
            old, new = city.grade_id, city._get_projected_grade()
            pricelist = old.default_pricelist_id
            if (
                old != new
                and pricelist
                and not new.default_pricelist_id
                and city.specific_property_product_pricelist == pricelist
            ):
                city.specific_property_product_pricelist = False
        return super()._project_grade()

    def copy_data(self, default=None):
        """A duplicated city has no partnership, so it has not its tier either."""
        values_list = super().copy_data(default=default)
        for partner, values in zip(self, values_list, strict=True):
            if partner.is_city:
                values.pop('grade_id', None)
        return values_list

    def action_view_partnerships(self):
        """Open the partnerships of this city."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_partner.scn_partnership_action')
        action['domain'] = [('partner_id', '=', self.id)]
        action['context'] = {'default_partner_id': self.id}
        return action
