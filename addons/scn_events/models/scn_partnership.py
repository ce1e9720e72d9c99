from odoo import api, models

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
    """Registrations to come follow the partnership: held when it ends before the day, released when renewed."""

    _inherit = 'scn.partnership'

    @api.model_create_multi
    def create(self, vals_list):
        partnerships = super().create(vals_list)
        self.env['event.registration']._refresh_city_holds(partnerships.partner_id)
        return partnerships

    def write(self, vals):
        result = super().write(vals)
        if OUTLOOK_FIELDS & vals.keys():
            self.env['event.registration']._refresh_city_holds(self.partner_id)
        return result

    def _add_period(self, kind, date_start, date_end, price, **values):
        period = super()._add_period(kind, date_start, date_end, price, **values)
        self.env['event.registration']._refresh_city_holds(self.partner_id)
        return period
