from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """From an invoice or a credit note to the partnership it bills."""

    _inherit = 'account.move'

    scn_partnership_id = fields.Many2one('scn.partnership', string="Partnership", compute='_compute_scn_partnership_id')

    @api.depends('invoice_line_ids.scn_period_id')
    def _compute_scn_partnership_id(self):
        for move in self:
            lines = move.sudo().invoice_line_ids
            periods = lines.scn_period_id | lines.scn_credited_period_id | lines.scn_refund_period_id
            move.scn_partnership_id = periods.partnership_id[:1].sudo(self.env.su)

    def action_view_scn_partnership(self):
        """Open the partnership of this invoice.

        :return: action
        :raises UserError: for an invoice of something else
        """
        self.ensure_one()
        self.check_access('read')
        if not self.scn_partnership_id:
            raise UserError(self.env._("This invoice bills no partnership."))
        return self.scn_partnership_id._get_form_action()
