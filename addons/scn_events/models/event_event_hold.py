from odoo import models

from .event_registration_hold import HOLD_ACTIVITY


class EventEvent(models.Model):
    """Staff of an event hear of registrations on hold."""

    _inherit = 'event.event'

    def _tell_about_holds(self, registrations):
        """One open task per event, with the cities it is about."""
        self.ensure_one()
        cities = ", ".join(registrations.scn_city_id.mapped('name'))
        note = self.env._(
            "Registrations on hold, the seats are kept: %(cities)s. Renew the partnership, or let them in with a reason.",
            cities=cities,
        )
        activities = self.activity_search([HOLD_ACTIVITY])
        if activities:
            for activity in activities:
                activity.note = f'{activity.note or ""}<p>{note}</p>'
            return
        self.activity_schedule(
            HOLD_ACTIVITY,
            summary=self.env._("Registrations on hold"),
            note=note,
            user_id=self.user_id.id or self.env.uid,
        )
