from odoo import fields, models
from odoo.tools import SQL

from ..line_prefetch import prefetch_lines

#: What ``scn.partnership._get_grade_on`` looks at, and what it looks at in a term.
OUTLOOK_FIELDS = (
    'state',
    'date_start',
    'date_end',
    'date_ended',
    'grace_until',
    'grade_id',
    'next_grade_id',
    'renewal_mode',
    'renewal_declined',
)
TERM_FIELDS = ('state', 'date_start', 'date_end', 'number', 'grade_id')
#: What ``_owes_overdue_fees`` looks at.
OWED_FIELDS = {
    'scn.partnership.period': ['partner_id'],
    'account.move.line': ['scn_period_id', 'parent_state', 'move_id'],
    'account.move': ['payment_state', 'invoice_date_due'],
}


class ResPartner(models.Model):
    """Which tier and benefits a city will hold on a day to come, as far as is known today.

    Only an active or grace partnership counts as renewed, at its next tier where one is set, unless its renewal is
    none or declined. A pending one counts once it may start. Who pays for a term in the ledger holds its tier.
    """

    _inherit = 'res.partner'

    def _prefetch_outlook(self):
        """Read the partnerships of these cities and their terms in two looks, before each city is asked about."""
        partnerships = prefetch_lines(self.sudo(), 'partnership_ids', OUTLOOK_FIELDS)
        prefetch_lines(partnerships, 'period_ids', TERM_FIELDS)

    def _get_grade_on(self, day):
        """Tier of this city on a day, today or later.

        :param date day: the day in question
        :return: ``res.partner.grade`` record with the rights of the superuser, possibly empty
        """
        self.ensure_one()
        city = self.sudo()
        grades = self.env['res.partner.grade'].sudo()
        for partnership in city.partnership_ids:
            grades |= partnership._get_grade_on(day)
        if grades:
            return grades.sorted('rank')[-1]
        since, until = city.task_force_since, city.task_force_until
        if since and since <= day and not (until and until <= day):
            return city._get_task_force_grade().sudo()
        return city.grade_id if not city.grade_id.code else grades

    def _get_benefits_on(self, day):
        """Benefits this city will hold on a day, less what rests today because an invoice is overdue.

        :return: ``scn.benefit`` records with the rights of the superuser
        """
        self.ensure_one()
        city = self.sudo()
        tier = city._get_grade_on(day)
        benefits = self.env['scn.benefit'].sudo().browse(tier._get_benefit_ids())
        if any(partnership.state == 'paused' for partnership in city.partnership_ids):
            benefits &= city._get_task_force_grade().sudo().benefit_line_ids.benefit_id
        today = fields.Date.context_today(self)
        # one look at this city's own invoices: most owe nothing, and then nothing rests
        if not benefits or not city._owes_overdue_fees(today):
            return benefits
        return benefits - city._get_resting_benefits(today)

    def _owes_overdue_fees(self, today):
        """Whether an invoice of this city's ledger is unpaid past its due date."""
        self.ensure_one()
        # each registration asks this: by hand, because the ORM needs longer to write this query than the database to answer it
        for model, names in OWED_FIELDS.items():
            self.env[model].flush_model(names)
        owed = self.env.execute_query(
            SQL(
                """
                SELECT 1
                  FROM scn_partnership_period period
                  JOIN account_move_line line ON line.scn_period_id = period.id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE period.partner_id = %s
                   AND line.parent_state = 'posted'
                   AND move.payment_state IN ('not_paid', 'partial')
                   AND move.invoice_date_due < %s
                 LIMIT 1
                """,
                self.id,
                today,
            )
        )
        return bool(owed)
