from odoo import fields, models
from odoo.exceptions import UserError

from .scn_partnership import HOLDING_STATES


class ScnPartnership(models.Model):
    """Benefits of an upgrade before its day. The ledger knows nothing of it: only the tier moves."""

    _inherit = 'scn.partnership'

    has_upgrade_to_come = fields.Boolean(compute='_compute_has_upgrade_to_come', compute_sudo=True)

    def _compute_has_upgrade_to_come(self):
        for partnership in self:
            partnership.has_upgrade_to_come = bool(partnership._get_upgrades_to_come())

    def _get_upgrades_to_come(self):
        """Quotations of upgrades that still stand, and ordered ones whose day is to come."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return self.order_ids.filtered(
            lambda order: (
                order.scn_kind == 'upgrade'
                and order._get_tier_line()
                and (
                    (order.state in ('draft', 'sent') and not order.is_expired)
                    or (
                        order.state == 'sale'
                        and any(
                            period.date_start > today and period.state != 'cancelled'
                            for period in order.order_line.scn_period_ids
                        )
                    )
                )
            ),
        ).sorted('scn_date_start')

    def _get_tier_on(self, period, today):
        """Tier of a day: that of its period, or of an upgrade whose benefits started early, whichever is higher."""
        self.ensure_one()
        early = self.order_ids.filtered(lambda order: order._gives_benefits_early(today))
        grades = early.order_line.filtered(lambda line: line.service_tracking == 'partnership').product_id.grade_id
        return (grades | period.grade_id).sorted('rank')[-1]

    def _start_benefits_early(self, order, reason):
        """Give tier and benefits of an upgrade from today on; money and dates stay.

        :param order: the quotation or order of the upgrade
        :return: sentence that says when it ends
        :raises UserError: when the partnership does not run, or the upgrade is not one of its own to come
        """
        self.ensure_one()
        self._check_state(HOLDING_STATES)
        self._check_not_leaving()
        partnership = self.sudo()
        if order not in partnership._get_upgrades_to_come():
            raise UserError(
                self.env._(
                    "Choose an upgrade of %(name)s that is offered or ordered and has not begun.",
                    name=self.display_name,
                )
            )
        today = fields.Date.context_today(self)
        order.write(
            {'scn_benefits_from': today, 'scn_benefits_reason': reason, 'scn_benefits_user_id': self.env.uid},
        )
        partnership._advance(today)
        partnership.message_post(
            body=self.env._(
                "Benefits of %(order)s start early, on %(day)s: %(reason)s",
                order=order.name,
                day=today,
                reason=reason,
            )
        )
        if order.state == 'sale':
            return self.env._("They go on with the upgrade on %(day)s.", day=order.scn_date_start)
        return self.env._("They go back when the offer is cancelled or ends: have it accepted.")
