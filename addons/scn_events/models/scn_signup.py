from odoo import fields, models

from ..exceptions import GateRefused
from ..gate_codes import GateCode


class ScnSignup(models.Model):
    """A sign-up that wants an event becomes a registration when it is accepted, or an entry of the waiting list."""

    _inherit = 'scn.signup'

    event_id = fields.Many2one(
        'event.event',
        string="For the event",
        ondelete='set null',
        domain="[('is_finished', '=', False)]",
        help="Accepting registers the person for this event, or puts it on the waiting list when it is sold out.",
    )
    event_ticket_id = fields.Many2one(
        'event.event.ticket', string="Ticket", ondelete='set null', domain="[('event_id', '=', event_id)]"
    )
    event_registration_id = fields.Many2one('event.registration', readonly=True, copy=False, ondelete='set null')
    event_waiting_id = fields.Many2one('scn.event.waiting', readonly=True, copy=False, ondelete='set null')

    def _accept(self, create_city=False, end_old_roles=True):
        result = super()._accept(create_city=create_city, end_old_roles=end_old_roles)
        for signup in self.sudo().filtered(lambda signup: signup.wants_event and signup.event_id):
            signup._join_event()
        return result

    def _prepare_event_values(self):
        """Values that a registration and an entry of the waiting list have in common."""
        self.ensure_one()
        contact = self.contact_partner_id
        ticket = self.event_ticket_id or self.event_id.event_ticket_ids[:1]
        return {
            'event_id': self.event_id.id,
            'event_ticket_id': ticket.id,
            'partner_id': contact.id,
            'name': contact.name or self.contact_name or self.city_partner_id.name,
            'email': contact.email or self.email,
            'phone': contact.phone or self.phone,
        }

    def _join_event(self):
        """Register the person; sold out leads to the waiting list. A refusal of the gate does not undo accepting."""
        self.ensure_one()
        if self.event_registration_id or self.event_waiting_id:
            return
        values = self._prepare_event_values()
        city = self.city_partner_id
        try:
            with self.env.cr.savepoint():
                self.event_registration_id = self.env['event.registration'].create({**values, 'scn_city_id': city.id})
        except GateRefused as refused:
            if refused.code in (GateCode.SOLD_OUT, GateCode.CITY_LIMIT):
                self._wait_for_event({**values, 'city_id': city.id})
            else:
                self._note_refusal(refused)

    def _wait_for_event(self, values):
        try:
            with self.env.cr.savepoint():
                self.event_waiting_id = self.env['scn.event.waiting'].create(values)
        except GateRefused as refused:
            self._note_refusal(refused)

    def _note_refusal(self, refused):
        """Staff read on the sign-up why there is no seat."""
        self._message_log(body=self.env._("Not registered for the event: %(reason)s", reason=str(refused)))
