from odoo import models

from odoo.addons.scn_partner.personal_data import ERASED


class ScnRetention(models.Model):
    """Retention of what events keep of people."""

    _inherit = 'scn.retention'

    def _find_due_registration(self, before, limit):
        return self.env['event.registration'].search(
            [('event_id.date_end', '<', before), ('name', '!=', ERASED)], limit=limit, order='id'
        )

    def _let_go_registration(self, registrations):
        """The seat stays as a number for the figures; name, address and answers go."""
        registrations._erase_attendee()

    def _find_due_waiting(self, before, limit):
        return self.env['scn.event.waiting'].search([('event_id.date_end', '<', before)], limit=limit, order='id')

    def _let_go_waiting(self, entries):
        entries.unlink()
