from odoo import api, fields, models
from odoo.exceptions import AccessError


class SaleOrder(models.Model):
    """Benefits of an upgrade that begin before its day: tier and benefits only, money and dates stay."""

    _inherit = 'sale.order'

    scn_benefits_from = fields.Date(string="Benefits start early on", copy=False, readonly=True, tracking=True)
    scn_benefits_reason = fields.Char(string="Why they start early", copy=False, readonly=True, tracking=True)
    scn_benefits_user_id = fields.Many2one('res.users', string="Started early by", copy=False, readonly=True)

    def write(self, vals):
        self._check_early_benefits_fields(vals)
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_early_benefits_fields(vals)
        return super().create(vals_list)

    def _check_early_benefits_fields(self, vals):
        """
        :raises AccessError: for a field that only the wizard writes: it lifts the tier of a city
        """
        if not self.env.su and {'scn_benefits_from', 'scn_benefits_reason', 'scn_benefits_user_id'} & vals.keys():
            raise AccessError(
                self.env._("Benefits start early by the button “Start benefits early…” on the partnership.")
            )

    def _gives_benefits_early(self, today):
        """Whether this upgrade gives its benefits on a day before its own period does.

        It ends with the quotation: cancelled, expired, or its period taken back.
        """
        self.ensure_one()
        if self.scn_kind != 'upgrade' or not self.scn_benefits_from or self.scn_benefits_from > today:
            return False
        if self.state in ('draft', 'sent'):
            return not self.validity_date or self.validity_date >= today
        periods = self.order_line.scn_period_ids.filtered(lambda period: period.state != 'cancelled')
        return self.state == 'sale' and bool(periods) and today < min(periods.mapped('date_start'))

    def _action_cancel(self):
        """What a quotation gave early goes with it; that of an order goes with its period."""
        result = super()._action_cancel()
        self.filtered('scn_benefits_from').scn_partnership_id.sudo()._advance(fields.Date.context_today(self))
        return result
