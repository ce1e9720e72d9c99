from odoo import fields, models

#: How many are on the page “Our city”.
LATEST = 5


class ResPartner(models.Model):
    """Which recordings a city's people open, and which cities hold what opens them."""

    _inherit = 'res.partner'

    def _filter_holding(self, benefit):
        """Those of these cities that may use a benefit today: what ``_holds_benefit`` says of one, of many at once.

        :param benefit: a ``scn.benefit`` record
        """
        cities = self.sudo()
        holding = cities.filtered(lambda city: benefit in city.grade_id.benefit_line_ids.benefit_id)
        if not holding:
            return holding
        if benefit not in self._get_task_force_grade().sudo().benefit_line_ids.benefit_id:
            paused = (
                self.env['scn.partnership'].sudo().search([('partner_id', 'in', holding.ids), ('state', '=', 'paused')])
            )
            holding -= paused.partner_id
        levels = self.env['scn.overdue.level'].sudo().search([('limited_benefit_ids', 'in', benefit.ids)])
        if levels:
            days = min(levels.mapped('days'))
            today = fields.Date.context_today(self)
            overdue = self.env['scn.overdue.notice'].sudo()._get_overdue(today)
            late = {city for __, city, late_days in overdue if late_days >= days and not city.stop_reminders}
            holding = holding.filtered(lambda city: city not in late)
        return holding

    def _prepare_city_page_values(self, person):
        """Adds ``city_recordings``: the latest that this person may open by the city's tier, and ``city_attended``: the
        last events somebody of the city was checked in at."""
        values = super()._prepare_city_page_values(person)
        recordings = self.env['scn.event.recording'].sudo()
        latest = recordings.search(
            [*recordings._get_open_domain(), ('access', '=', 'benefit')], order='published_on desc, id desc', limit=20
        )
        obstacles = latest._find_obstacles(self.env.user)
        values.update(
            city_recordings=[recording for recording, obstacle in obstacles.items() if not obstacle][:LATEST],
            city_attended=self._get_attended_events().get(self.id, self.env['event.event'])[:LATEST],
        )
        return values
