from odoo import fields, models

from odoo.addons.scn_partner.models.scn_contact_role_rights import REGISTER_OTHERS


class ResPartner(models.Model):
    """A city and its events, as its people see them in the portal.

    Called with rights of the superuser: every value is chosen here, and the city is that of the signed-in person.
    """

    _inherit = 'res.partner'

    def _may_coordinate(self, city):
        """Whether this person's current role for the city includes naming its participants."""
        self.ensure_one()
        return self._has_city_right(REGISTER_OTHERS, city)

    def _get_coming_events(self):
        """Published events that have not ended: those of a kind of ours, and those where this city has a seat."""
        self.ensure_one()
        events = self.env['event.event'].sudo()
        return events.search(
            [
                ('date_end', '>', fields.Datetime.now()),
                '|',
                '&',
                ('is_published', '=', True),
                ('scn_kind', '!=', False),
                ('registration_ids', 'any', [('scn_city_id', '=', self.id), ('state', '!=', 'cancel')]),
            ],
            order='date_begin, id',
        )

    def _get_participants(self, event):
        """Seats of this city at an event, the cancelled ones left out."""
        self.ensure_one()
        registrations = self.env['event.registration'].sudo()
        return registrations.search(
            [('event_id', '=', event.id), ('scn_city_id', '=', self.id), ('state', '!=', 'cancel')], order='id'
        )

    def _prepare_events_page_values(self, person):
        """Everything the page of a city's events shows.

        :return: list of dicts with event, participants, limit (None for none) and refusal (None where it may)
        """
        self.ensure_one()
        city = self.sudo()
        events = city._get_coming_events()
        participants = (
            self.env['event.registration']
            .sudo()
            .search([('event_id', 'in', events.ids), ('scn_city_id', '=', city.id), ('state', '!=', 'cancel')])
            .grouped('event_id')
        )
        lines = [
            {
                'event': event,
                'participants': participants.get(event, ()),
                'limit': event._get_city_limit(city),
                'refusal': event._find_state_refusal() or event._find_city_refusal(city),
            }
            for event in events
        ]
        return {'city': city, 'lines': lines, 'coordinates': person._may_coordinate(city)}

    def _prepare_delegation_values(self, event, person):
        """Everything the page of a city's participants at one event shows."""
        self.ensure_one()
        city = self.sudo()
        participants = city._get_participants(event)
        limit = event._get_city_limit(city)
        slots = event.event_slot_ids.filtered(lambda slot: slot.end_datetime > fields.Datetime.now())
        return {
            'city': city,
            'event': event,
            'participants': participants,
            'limit': limit,
            'left': None if limit is None else max(limit - len(participants), 0),
            'refusal': event._find_state_refusal() or event._find_city_refusal(city),
            'tickets': [
                (ticket, event._find_refusal(city, ticket)) for ticket in event.event_ticket_ids.sorted('sequence')
            ],
            'slots': slots if event.is_multi_slots else slots.browse(),
            'coordinates': person._may_coordinate(city),
            'waiting': event.scn_waiting_ids.filtered(
                lambda entry: entry.city_id == city and entry.state in ('waiting', 'offered', 'closed')
            ),
            'sold_out': event.event_registrations_sold_out,
        }
