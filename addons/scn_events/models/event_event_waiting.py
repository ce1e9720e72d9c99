from collections import Counter
from datetime import timedelta

from odoo import api, fields, models

from .event_type import DEFAULT_OFFER_HOURS


class EventEvent(models.Model):
    """Free seats go to who waits first: an offered seat is kept until it is taken or the offer ends."""

    _inherit = 'event.event'

    scn_offer_hours = fields.Integer(
        string="Offers last (hours)",
        compute='_compute_scn_offer_hours',
        store=True,
        readonly=False,
        help="How long a seat offered to somebody on the waiting list is kept.",
    )
    scn_waiting_ids = fields.One2many(
        'scn.event.waiting',
        'event_id',
        string="Waiting list",
        copy=False,
        groups='event.group_event_registration_desk,scn_partner.group_scn_user',
    )
    scn_has_offers = fields.Boolean(
        string="Seats are offered",
        compute='_compute_scn_has_offers',
        store=True,
        groups='base.group_system',
        help="Kept, so that a registration looks for offers only where there are some.",
    )

    _scn_offer_hours_positive = models.Constraint(
        'CHECK (scn_offer_hours IS NULL OR scn_offer_hours > 0)', "An offer lasts an hour at least."
    )

    @api.depends('event_type_id')
    def _compute_scn_offer_hours(self):
        for event in self:
            event.scn_offer_hours = event.event_type_id.scn_offer_hours or event.scn_offer_hours or DEFAULT_OFFER_HOURS

    @api.depends('scn_waiting_ids.state')
    def _compute_scn_has_offers(self):
        offered = self.env['scn.event.waiting'].search([('event_id', 'in', self.ids), ('state', '=', 'offered')])
        for event in self:
            event.scn_has_offers = event._origin in offered.event_id

    def _get_seats_availability(self, slot_tickets):
        """Odoo's count, less the seats that are offered to somebody who waited."""
        availabilities = super()._get_seats_availability(slot_tickets)
        if not self.sudo().scn_has_offers:
            return availabilities
        offers = self.env['scn.event.waiting'].sudo().search([('event_id', '=', self.id), ('state', '=', 'offered')])
        return [
            available if available is None else self._get_seats_beside_offers(slot, ticket, offers)
            for (slot, ticket), available in zip(slot_tickets, availabilities, strict=True)
        ]

    def _get_seats_beside_offers(self, slot, ticket, offers):
        """Free seats of one slot and ticket, of which at least one is limited, when offered ones are taken off."""
        of_slot = offers.filtered(lambda offer: offer.event_slot_id == slot) if slot else offers
        free = []
        if self.seats_limited and self.seats_max:
            free.append((slot or self).seats_available - len(of_slot))
        if ticket and ticket.seats_max:
            taken = ticket.seats_max - ticket.seats_available
            if slot:
                taken = (
                    self.env['event.registration']
                    .sudo()
                    .search_count(
                        [
                            ('event_slot_id', '=', slot.id),
                            ('event_ticket_id', '=', ticket.id),
                            ('state', 'in', ('open', 'done')),
                        ]
                    )
                )
            offered = len(of_slot.filtered(lambda offer: offer.event_ticket_id == ticket))
            free.append(ticket.seats_max - taken - offered)
        return min(free)

    def _offer_free_seats(self):
        """Offer what is free to who waits: the city with the fewest seats first, then who came first."""
        for event in self.sudo():
            waiting = event.scn_waiting_ids.filtered(lambda entry: entry.state == 'waiting')
            if not waiting or event._find_state_refusal():
                continue
            event._guard_offers(waiting)
            seats = Counter()
            for city, count in event.env['event.registration']._read_group(
                [('event_id', '=', event.id), ('state', '!=', 'cancel'), ('scn_city_id', '!=', False)],
                ['scn_city_id'],
                ['__count'],
            ):
                seats[city.id] = count
            for offer in event.scn_waiting_ids.filtered(lambda entry: entry.state == 'offered'):
                seats[offer.city_id.id] += 1
            event._offer_in_turn(waiting, seats)

    def _guard_offers(self, waiting):
        """Write every row that limits what is offered, as a registration does: no seat is offered and taken at once."""
        self.ensure_one()
        self._guard_rows()
        waiting.event_ticket_id.filtered('seats_max').sorted('id')._guard_rows()
        waiting.event_slot_id.sorted('id')._guard_rows()

    def _offer_in_turn(self, waiting, seats):
        """
        :param waiting: entries that wait
        :param seats: Counter city id → seats and offers it has; people without a city count for themselves
        """
        self.ensure_one()
        until = fields.Datetime.now() + timedelta(hours=self.scn_offer_hours or DEFAULT_OFFER_HOURS)
        left = list(waiting.sorted('id'))
        while left:
            left.sort(key=lambda entry: (seats[entry.city_id.id] if entry.city_id else 0, entry.id))
            entry = left.pop(0)
            if not self._may_be_offered(entry):
                continue
            entry._offer(until)
            if entry.city_id:
                seats[entry.city_id.id] += 1

    def _may_be_offered(self, entry):
        """Whether a seat is free for this entry, its city may still join, and has not all of its seats."""
        self.ensure_one()
        slot, ticket, city = entry.event_slot_id, entry.event_ticket_id, entry.city_id
        self.invalidate_recordset(['seats_available', 'seats_reserved', 'seats_used'])
        available = self._get_seats_availability([(slot, ticket)])[0]
        if available is not None and available < 1:
            return False
        return not self._find_city_refusal(city, ticket, slot) and not self._find_city_limit_refusal(
            city, ticket, more=1
        )
