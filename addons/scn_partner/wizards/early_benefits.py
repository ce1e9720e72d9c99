from odoo import api, fields, models
from odoo.exceptions import UserError


class ScnEarlyBenefits(models.TransientModel):
    """Start an upgrade's benefits before its day: a reason is asked for, money and dates stay."""

    _name = 'scn.early.benefits'
    _description = 'Start Benefits Early'

    partnership_id = fields.Many2one('scn.partnership', required=True, readonly=True)
    order_id = fields.Many2one(
        'sale.order',
        string="Upgrade",
        required=True,
        compute='_compute_order_id',
        store=True,
        readonly=False,
        precompute=True,
        domain="[('scn_partnership_id', '=', partnership_id), ('scn_kind', '=', 'upgrade'), ('state', 'in', ('draft', 'sent', 'sale'))]",
    )
    starts_on = fields.Date(related='order_id.scn_date_start', string="Charged from")
    reason = fields.Char(required=True)

    @api.depends('partnership_id')
    def _compute_order_id(self):
        for wizard in self:
            wizard.order_id = wizard.partnership_id.sudo()._get_upgrades_to_come()[:1].id

    def action_start(self):
        """Give the tier and the benefits of the upgrade from today on.

        :return: a notification with when it ends
        :raises AccessError: for anybody but officers and finance
        :raises UserError: without a reason, or when the upgrade has begun or is no longer offered
        """
        self.ensure_one()
        self.partnership_id._check_officer()
        if not (self.reason or '').strip():
            raise UserError(self.env._("Say why the benefits start early."))
        message = self.partnership_id._start_benefits_early(self.order_id.sudo(), self.reason.strip())
        return self.partnership_id.period_ids._notify(
            self.env._("The benefits start today"), message, follow={'type': 'ir.actions.act_window_close'}
        )
