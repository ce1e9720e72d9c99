from odoo import fields, models

from .event_event_seats import guard_rows


class EventSlot(models.Model):
    """A slot of an event with a number of seats per slot guards its own row."""

    _inherit = 'event.slot'

    scn_guard = fields.Integer(default=0, copy=False, groups='base.group_system', help="Counts registrations in line.")

    def write(self, vals):
        """Who comes to a slot that is moved is told, and the gate looks again on the new day."""
        if not {'date', 'start_hour', 'end_hour'} & vals.keys():
            return super().write(vals)
        times = {slot: (slot.start_datetime, slot.end_datetime) for slot in self}
        result = super().write(vals)
        moved = self.sudo().filtered(lambda slot: (slot.start_datetime, slot.end_datetime) != times[slot])
        for event, slots in moved.grouped('event_id').items():
            event._follow_moved_slots(slots)
        return result

    def _guard_rows(self):
        """See ``guard_rows``."""
        guard_rows(self)
