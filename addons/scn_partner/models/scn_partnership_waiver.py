from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class ScnPartnership(models.Model):
    """Waiving the fee: with a reason, by a manager who answers for it."""

    _inherit = 'scn.partnership'

    def action_waive_fee(self, reason):
        """Waive the fee of what is not invoiced yet; the signed-in manager is the approver.

        :param str reason: shown in the report of waived fees
        :return: a notification with what stays to pay
        :raises AccessError: for anybody but a manager
        :raises UserError: without a reason, or for a partnership that has ended
        """
        self.check_access('write')
        if not self.env.user.has_group('scn_partner.group_scn_manager'):
            raise AccessError(self.env._("Only a Sharing Cities manager waives a fee."))
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._("Say why the fee is waived."))
        self._check_state(('draft', 'quoted', 'pending', 'active', 'paused', 'grace'))
        self.sudo().write({'is_waived': True, 'waiver_reason': reason.strip(), 'waiver_approver_id': self.env.uid})
        waived = self.sudo()._get_periods_to_waive()
        waived.write({'state': 'waived', 'last_error': False, 'retry_at': False})
        waived._refresh_state()
        self.sudo()._advance(fields.Date.context_today(self))
        message = self.env._("Further terms are not invoiced either. What is invoiced already stays to pay.")
        for partnership in self.sudo():
            partnership.message_post(
                body=self.env._(
                    "Fee waived by %(user)s: %(reason)s",
                    user=self.env.user.name,
                    reason=reason.strip(),
                )
            )
        return self.env['scn.partnership.period']._notify(self.env._("The fee is waived"), message)

    def _get_periods_to_waive(self):
        """Periods whose fee is not invoiced at all yet."""
        return self.period_ids.filtered(lambda period: period.state in ('planned', 'waiting'))
