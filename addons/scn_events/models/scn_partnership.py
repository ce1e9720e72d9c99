from odoo import api, models

from .scn_appointment import PLANNED_STATES

#: What decides on the tier of a city on a day to come.
OUTLOOK_FIELDS = frozenset(
    {
        'state',
        'grade_id',
        'next_grade_id',
        'renewal_mode',
        'renewal_declined',
        'grace_until',
        'date_ended',
        'date_start',
    }
)


class ScnPartnership(models.Model):
    """Registrations to come follow the partnership: held when it ends before the day, released when renewed.

    Staff are told of visits and sessions to come that it is not to include any more.
    """

    _inherit = 'scn.partnership'

    @api.model_create_multi
    def create(self, vals_list):
        partnerships = super().create(vals_list)
        self._refresh_what_is_to_come(partnerships.partner_id)
        return partnerships

    def write(self, vals):
        result = super().write(vals)
        if OUTLOOK_FIELDS & vals.keys():
            self._refresh_what_is_to_come(self.partner_id)
        return result

    def _add_period(self, kind, date_start, date_end, price, **values):
        period = super()._add_period(kind, date_start, date_end, price, **values)
        self._refresh_what_is_to_come(self.partner_id)
        return period

    @api.model
    def _refresh_what_is_to_come(self, cities):
        """Look again at the seats, visits and sessions that these cities have coming."""
        self.env['event.registration']._refresh_city_holds(cities)
        self.env['scn.appointment']._refresh_city_risks(cities)

    def _get_leaving_items(self, last_day):
        items = super()._get_leaving_items(last_day)
        later = (
            self.env['scn.appointment']
            .sudo()
            .search(
                [
                    ('city_id', '=', self.partner_id.id),
                    ('company_id', '=', self.company_id.id),
                    ('day', '>', last_day),
                    ('state', 'in', PLANNED_STATES),
                ],
                order='start',
            )
        )
        if later:
            lines = [f'{one._get_kind_name()}: {one.local_time}' for one in later]
            items.append(
                {
                    'title': self.env._("Visits and sessions after the last day, move or cancel them"),
                    'lines': lines,
                    'city_title': self.env._("Planned after the last day, we will get in touch"),
                    'city_lines': lines,
                }
            )
        return items
