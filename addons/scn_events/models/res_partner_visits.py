from odoo import models

from odoo.addons.scn_partner.models.scn_contact_role_rights import ASK

from .scn_appointment import PLANNED_STATES


class ResPartner(models.Model):
    """A city's visits and sessions, as its people see them in the portal."""

    _inherit = 'res.partner'

    def _get_appointments(self):
        """Visits and sessions of this city, those furthest ahead first; what was cancelled is left out."""
        self.ensure_one()
        appointments = self.env['scn.appointment'].sudo()
        return appointments.search(
            [('city_id', '=', self.id), ('state', '!=', 'cancelled')], order='start desc, id desc'
        )

    def _get_visits(self):
        """Visit days of this city."""
        return self._get_appointments().filtered(lambda appointment: appointment.kind == 'visit_day')

    def _prepare_city_page_values(self, person):
        """Adds ``appointments``: visits and sessions, furthest ahead first."""
        return {**super()._prepare_city_page_values(person), 'appointments': self._get_appointments()}

    def _prepare_city_next_steps(self, person, values):
        """Adds the programmes that wait for the city, for who may confirm them."""
        steps = super()._prepare_city_next_steps(person, values)
        if not person._has_city_right(ASK, values['city']):
            return steps
        return steps + [
            {
                'on': visit.day,
                'text': self.env._("Confirm the programme of the visit"),
                'label': self.env._("Open"),
                'url': f'/my/city/visits/{visit.id}',
            }
            for visit in values['appointments']
            if visit.kind == 'visit_day'
            and visit.state in PLANNED_STATES
            and visit.plan_state in ('waiting', 'waiting_city')
        ]
