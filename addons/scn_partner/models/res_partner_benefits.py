from odoo import fields, models


class ResPartner(models.Model):
    """Which benefits a city holds on a day: its tier's, less what rests because an invoice is overdue."""

    _inherit = 'res.partner'

    stop_reminders = fields.Boolean(
        string="No reminders",
        tracking=True,
        help="Do not remind this city of unpaid invoices, and let nothing rest.",
    )

    def _get_resting_benefits(self, today):
        """Benefits that rest by the overdue levels this city reached; none where reminders are stopped."""
        self.ensure_one()
        city = self.sudo()
        if city.stop_reminders:
            return self.env['scn.benefit']
        days = [
            days for __, debtor, days in self.env['scn.overdue.notice'].sudo()._get_overdue(today) if debtor == city
        ]
        levels = self.env['scn.overdue.level'].sudo().search([('days', '<=', max(days, default=-1))])
        return levels.limited_benefit_ids

    def _holds_benefit(self, code, today=None):
        """Whether this city may use a benefit now.

        :param str code: code of the benefit, e.g. ``seminar_live``
        :param today: day, today by default
        """
        self.ensure_one()
        city = self.sudo()
        benefits = city.grade_id.benefit_line_ids.benefit_id
        paused = any(partnership.state == 'paused' for partnership in city.partnership_ids)
        if paused:
            benefits &= city._get_task_force_grade().sudo().benefit_line_ids.benefit_id
        resting = city._get_resting_benefits(today or fields.Date.context_today(self))
        return code in (benefits - resting).mapped('code')
