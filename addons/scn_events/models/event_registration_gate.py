from collections import defaultdict

from odoo import api, models

from odoo.addons.scn_partner.line_prefetch import prefetch_lines

from ..exceptions import GateRefused
from ..gate_codes import GateCode, Refusal


class EventRegistration(models.Model):
    """The gate, on every route: it looks whenever a registration comes to hold a place, however that happens.

    ``scn_admission`` remembers for what a registration was let through (asked or confirmed, event, ticket, slot,
    city). As long as it is still that, nothing is asked again: a confirmed seat is never taken back.
    """

    _inherit = 'event.registration'

    def _get_admission_key(self):
        """For what this registration needs to have been let through; False where it holds no place."""
        self.ensure_one()
        if not self.active or self.state == 'cancel':
            return False
        phase = 'asked' if self.state == 'draft' else 'confirmed'
        ids = (self.event_id.id, self.event_ticket_id.id, self.event_slot_id.id, self.scn_city_id.id)
        return ':'.join((phase, *(str(record_id or 0) for record_id in ids)))

    @api.constrains('active', 'state', 'event_id', 'event_slot_id', 'event_ticket_id', 'scn_city_id')
    def _check_gate(self):
        """
        :raises GateRefused: for the first registration that may not be
        """
        registrations = self.sudo()
        registration_ids = defaultdict(list)
        for registration in registrations:
            key = registration._get_admission_key()
            if key != registration.scn_admission:
                registration_ids[key].append(registration.id)
        entering = {key: registrations.browse(ids) for key, ids in registration_ids.items()}
        leaving = entering.pop(False, registrations.browse())
        if entering:
            moved = registrations.browse().concat(*entering.values())
            moved._prefetch_gate()
            moved._guard_seats()
            fresh = moved.browse().concat(
                *(
                    group.filtered(lambda registration, key=key: not registration._was_asked(key))
                    for key, group in entering.items()
                )
            )
            fresh._check_orders()
            for group in entering.values():
                group._check_admission(fresh)
        for key, group in entering.items():
            group._remember_admission(key)
        gone = leaving.filtered('scn_admission').event_id
        leaving._remember_admission(False)
        gone._offer_free_seats()

    def _remember_admission(self, key):
        # Bookkeeping nobody follows or tracks: past the chatter and the other models' hooks, in one statement.
        if self:
            models.BaseModel.write(self, {'scn_admission': key})

    def _prefetch_gate(self):
        """Read at once what the gate looks at, whatever the number of registrations."""
        events, cities = self.event_id, self.scn_city_id
        if cities:
            prefetch_lines(events, 'scn_allowance_ids', ['grade_id', 'seats'])
            prefetch_lines(events.filtered('scn_has_invitations'), 'scn_invitation_ids', ['city_id', 'seats'])
            cities._prefetch_outlook()

    def _guard_seats(self):
        """Write the rows that limit these registrations: events, then tickets, then slots, each by id.

        Whoever takes a ticket of an event with a number of seats writes the event: its tickets need no line of
        their own.
        """
        limited = self.event_id.filtered(
            lambda event: event.seats_limited and event.seats_max and not event.is_multi_slots
        )
        with_cities = self.filtered('scn_city_id')
        cities = with_cities.scn_city_id
        events = limited | (with_cities.event_id - limited).filtered(
            lambda event: (
                event.scn_allowance_ids
                or any(invitation.seats > 0 for city in cities for invitation in event._get_invitation(city))
            )
        )
        events |= with_cities.event_ticket_id.filtered('scn_seats_per_city').event_id
        events.sorted('id')._guard_rows()
        self.event_ticket_id.filtered(lambda ticket: ticket.seats_max and ticket.event_id not in limited).sorted(
            'id'
        )._guard_rows()
        self.event_slot_id.filtered(lambda slot: slot.event_id.seats_limited and slot.event_id.seats_max).sorted(
            'id'
        )._guard_rows()

    def _check_admission(self, fresh):
        """Registrations for the same event, ticket, slot and city.

        :param fresh: registrations that ask for their place for the first time
        """
        asked = self.filtered(lambda registration: not registration.scn_override_reason)
        if not asked:
            return
        first = asked[0]
        event, ticket, slot, city = first.event_id, first.event_ticket_id, first.event_slot_id, first.scn_city_id
        refusal = event._find_state_refusal(slot)
        if not refusal and asked & fresh:
            refusal = self._find_ticket_refusal(event, ticket)
        refusal = refusal or event._find_city_refusal(city, ticket, slot)
        refusal = refusal or event._find_city_limit_refusal(city, ticket)
        if refusal:
            raise GateRefused(refusal)
        if city and not first.scn_tier_id:
            grade = city._get_grade_on(event._get_day(slot))
            if grade:
                models.BaseModel.write(asked, {'scn_tier_id': grade.id})

    def _was_asked(self, key):
        """Whether the same place was asked for before and now only changes from asked to confirmed.

        :param key: what the registration needs to be let through for now
        """
        self.ensure_one()
        return bool(key and self.scn_admission) and key.split(':')[1:] == self.scn_admission.split(':')[1:]

    def _find_ticket_refusal(self, event, ticket):
        if ticket:
            return event._find_window_refusal(ticket)
        if event.event_ticket_ids:
            return Refusal(
                GateCode.TICKET_MISSING,
                self.env._("Choose a ticket for “%(event)s”.", event=event.name),
            )
        return None

    def _check_orders(self):
        """Not more of a ticket in one order than it allows. What is made in one call is one order.

        Called with the registrations that ask for their place for the first time.

        People without staff rights never order more than Odoo's own maximum.
        """
        orders = self.filtered(lambda registration: not registration.scn_override_reason).grouped(
            lambda registration: (registration.event_id, registration.event_ticket_id, registration.sale_order_id)
        )
        for (event, ticket, order), registrations in orders.items():
            limit = ticket.limit_max_per_order
            if not limit and self.env.user.share:
                limit = event.EVENT_MAX_TICKETS
            if not limit:
                continue
            count = len(registrations)
            if order:
                count = self.search_count(
                    [
                        ('sale_order_id', '=', order.id),
                        ('event_ticket_id', '=', ticket.id),
                        ('state', '!=', 'cancel'),
                    ]
                )
            if count > limit:
                raise GateRefused(
                    Refusal(
                        GateCode.ORDER_LIMIT,
                        self.env._(
                            "Not more than %(limit)s seats at “%(event)s” can be taken at once; these are %(count)s.",
                            limit=limit,
                            event=event.name,
                            count=count,
                        ),
                    )
                )
