from odoo import models

#: A partnership in one of these states is taken to be renewed unless somebody said no.
RENEWING_STATES = ('active', 'grace')


class ScnPartnership(models.Model):
    """The tier a partnership gives on a day to come."""

    _inherit = 'scn.partnership'

    def _get_grade_on(self, day):
        """Tier this partnership gives its city on a day, or an empty record.

        :param date day: today or later
        """
        self.ensure_one()
        none = self.env['res.partner.grade'].sudo()
        partnership = self.sudo()
        if partnership.state in ('draft', 'quoted', 'lapsed', 'cancelled'):
            return none
        if partnership.state == 'pending' and partnership._get_due_state(day)[0] != 'active':
            return none
        if partnership.date_ended and partnership.date_ended < day:
            return none
        period = partnership._get_period_on(day)
        if period:
            return period.grade_id
        if partnership.date_end and partnership.date_end >= day:
            # before the first period: today's tier is what the city has
            return partnership.grade_id if partnership.date_start <= day else none
        if partnership.grace_until and partnership.grace_until >= day:
            return partnership.grade_id
        if not partnership.date_end:
            # opened without a ledger, by hand or by import: it runs until somebody ends it
            return partnership.grade_id
        if (
            partnership.state in RENEWING_STATES
            and partnership.renewal_mode != 'none'
            and not partnership.renewal_declined
        ):
            return partnership.next_grade_id or partnership.grade_id
        return none
