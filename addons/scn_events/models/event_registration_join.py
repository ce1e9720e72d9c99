from odoo import models


class EventRegistration(models.Model):
    """Who gets the link of the online room: people with a confirmed seat that is not on hold."""

    _inherit = 'event.registration'

    def _get_join_url(self):
        """The link of the room of these registrations' event, or False.

        :return: an address, only where every one of them is confirmed for the same event and none is on hold
        """
        registrations = self.sudo()
        if not registrations or len(registrations.event_id) != 1 or registrations.event_id.kanban_state == 'cancel':
            return False
        confirmed = all(
            registration.active and registration.state in ('open', 'done') and not registration.scn_on_hold_since
            for registration in registrations
        )
        return (confirmed and registrations.event_id.scn_join_url) or False
