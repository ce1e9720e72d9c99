from werkzeug.exceptions import NotFound

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..seat_queue import in_turn

SESSION_MESSAGE = 'scn_events_message'


class EventPortal(CustomerPortal):
    """My registrations, and my city's participants: the city follows from the signed-in person."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if 'scn_registration_count' in counters:
            values['scn_registration_count'] = len(self._get_my_registrations())
        if 'scn_event_count' in counters:
            values['scn_event_count'] = 1 if request.env.user.partner_id._get_own_city() else 0
        return values

    def _get_my_registrations(self):
        """Registrations of the signed-in person: booked for their contact."""
        return (
            request.env['event.registration']
            .sudo()
            .search([('partner_id', '=', request.env.user.partner_id.id), ('state', '!=', 'cancel')])
            .sorted(lambda registration: registration.event_begin_date, reverse=True)
        )

    @http.route('/my/registrations', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def my_registrations(self, **_query):
        """What the signed-in person is registered for, and the link of the room where it is confirmed."""
        registrations = self._get_my_registrations()
        now = fields.Datetime.now()
        coming = registrations.filtered(lambda registration: registration.event_end_date > now)
        return self._render(
            'scn_events.portal_my_registrations',
            'scn_registrations',
            coming=coming.sorted('event_begin_date'),
            past=registrations - coming,
        )

    @http.route('/my/city/events', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def city_events(self, **_query):
        """Events to come, who of the city takes part, and what is not for it and why."""
        person = request.env.user.partner_id
        city = person._get_own_city()
        if not city:
            return request.render('scn_partner.portal_no_city', {'page_name': 'scn_city_events'})
        return self._render(
            'scn_events.portal_city_events', 'scn_city_events', **city._prepare_events_page_values(person)
        )

    @http.route(
        '/my/city/events/<int:event_id>', type='http', auth='user', website=True, methods=['GET'], sitemap=False
    )
    def city_event(self, event_id, **_query):
        """The city's participants at one event."""
        person = request.env.user.partner_id
        city, event = self._get_city_event(event_id)
        return self._render(
            'scn_events.portal_city_event', 'scn_city_event', **city._prepare_delegation_values(event, person)
        )

    @http.route(
        '/my/city/events/<int:event_id>/name', type='http', auth='user', website=True, methods=['POST'], sitemap=False
    )
    def name_participant(self, event_id, ticket_id=None, slot_id=None, wait=None, **person):
        """Name one person, or put it on the waiting list."""
        __, event = self._get_city_event(event_id)
        ticket = self._choose(event.event_ticket_ids, ticket_id)
        slot = self._choose(event.event_slot_ids, slot_id)

        def name():
            if wait:
                entry = request.env['event.registration']._wait_participant(event, person, ticket, slot)
                return request.env._("%(name)s is on the waiting list.", name=entry.name)
            registration = request.env['event.registration']._name_participant(event, person, ticket, slot)
            if registration.state == 'draft':
                return request.env._("%(name)s is asked for: we look at it and write to you.", name=registration.name)
            return request.env._("%(name)s has a seat.", name=registration.name)

        return self._act(event_id, name)

    @http.route(
        '/my/city/participants/<int:registration_id>/swap',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
        sitemap=False,
    )
    def swap_participant(self, registration_id, **person):
        """Give a seat to another person."""
        registration = self._get_participant(registration_id)

        def swap():
            registration._swap_participant(person)
            return request.env._("%(name)s has the seat now.", name=registration.name)

        return self._act(registration.event_id.id, swap)

    @http.route(
        '/my/city/participants/<int:registration_id>/withdraw',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
        sitemap=False,
    )
    def withdraw_participant(self, registration_id, **_post):
        """Give a seat back."""
        registration = self._get_participant(registration_id)

        def withdraw():
            registration._withdraw_participant()
            return request.env._("%(name)s is withdrawn.", name=registration.name)

        return self._act(registration.event_id.id, withdraw)

    @http.route(
        '/my/city/waiting/<int:entry_id>/<any("take", "withdraw"):act>',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
        sitemap=False,
    )
    def answer_offer(self, entry_id, act, **_post):
        """Take an offered seat, or wait no more."""
        city = request.env.user.partner_id._get_own_city()
        entry = (
            request.env['scn.event.waiting']
            .sudo()
            .search([('id', '=', entry_id), ('city_id', '=', city.id), ('city_id', '!=', False)])
        )
        if not entry:
            raise NotFound

        def answer():
            request.env['event.registration']._check_coordinator(city)
            if act == 'take':
                return request.env._("%(name)s has a seat.", name=entry._take().name)
            entry._withdraw()
            return request.env._("%(name)s waits no more.", name=entry.name)

        return self._act(entry.event_id.id, answer)

    # -- shared ------------------------------------------------------------------------------------------------

    def _render(self, template, page_name, **values):
        message = request.session.pop(SESSION_MESSAGE, None) or {}
        return request.render(
            template,
            {
                **self._prepare_portal_layout_values(),
                'page_name': page_name,
                'scn_done': message.get('done'),
                'scn_failed': message.get('failed'),
                **values,
            },
        )

    def _act(self, record_id, act, page_url='/my/city/events', back=None):
        """Do what was asked and go back to the record's page, or to another one, with what came of it."""

        def do():
            with request.env.cr.savepoint():
                return act()

        try:
            request.session[SESSION_MESSAGE] = {'done': in_turn(request.env, record_id, do)}
        except UserError as error:
            request.session[SESSION_MESSAGE] = {'failed': str(error)}
        return request.redirect(back or f'{page_url}/{record_id}')

    def _choose(self, records, record_id):
        """One of these records by its number, or an empty one; another event's is not found."""
        if not str(record_id or '').isdigit() or not int(record_id):
            return records.browse()
        chosen = records.filtered(lambda record: record.id == int(record_id))
        if not chosen:
            raise NotFound
        return chosen

    def _get_city_event(self, event_id):
        """City of the signed-in person and one of the events it sees; anything else is not found."""
        city = request.env.user.partner_id._get_own_city()
        event = city._get_coming_events().filtered(lambda event: event.id == event_id) if city else None
        if not event:
            raise NotFound
        return city, event

    def _get_participant(self, registration_id):
        """A seat of the signed-in person's city; another city's is not found, whether it exists or not."""
        city = request.env.user.partner_id._get_own_city()
        registration = (
            request.env['event.registration']
            .sudo()
            .search([('id', '=', registration_id), ('scn_city_id', '=', city.id), ('scn_city_id', '!=', False)])
        )
        if not registration:
            raise NotFound
        return registration
