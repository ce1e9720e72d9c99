from odoo import fields, models

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

    def _get_coordinates(self):
        """Latitude and longitude in degrees, or None where they are not known."""
        self.ensure_one()
        here = (self.partner_latitude, self.partner_longitude)
        return here if any(here) else None

    def _get_agreed_actions(self):
        """What was agreed in this city's visits and sessions, of finished debriefs; what is open first."""
        self.ensure_one()
        actions = self.env['scn.appointment.action'].sudo()
        return actions.search([('city_id', '=', self.id), ('appointment_id.debriefed_on', '!=', False)]).sorted(
            lambda action: (bool(action.done_on), action.due_on or fields.Date.to_date('9999-12-31'), action.id)
        )

    def _prepare_city_page_values(self, person):
        """Adds ``appointments``, furthest ahead first, and ``agreed_actions``, those to be done first."""
        return {
            **super()._prepare_city_page_values(person),
            'appointments': self._get_appointments(),
            'agreed_actions': self._get_agreed_actions(),
        }

    def _prepare_city_next_steps(self, person, values):
        """Adds what the city agreed to do, and the programmes that wait for it, for who may confirm them."""
        steps = super()._prepare_city_next_steps(person, values)
        steps += [
            {'on': action.due_on, 'text': action.text, 'label': self.env._("Open"), 'url': '/my/city/actions'}
            for action in values['agreed_actions']
            if action.side == 'city' and not action.done_on and action.person_id in (person, person.browse())
        ]
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
