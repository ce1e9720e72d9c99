from odoo import fields, models

from .event_event_seats import guard_rows


class EventSlot(models.Model):
    """A slot of an event with a number of seats per slot guards its own row."""

    _inherit = 'event.slot'

    scn_guard = fields.Integer(default=0, copy=False, groups='base.group_system', help="Counts registrations in line.")

    def _guard_rows(self):
        """See ``guard_rows``."""
        guard_rows(self)
