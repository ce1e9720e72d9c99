from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from .portal import EventPortal

PAGE_URL = '/my/city/sessions'


class SessionPortal(EventPortal):
    """One-on-one sessions of the signed-in person's city: ask, answer, move and cancel."""

    @http.route(PAGE_URL, type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def city_sessions(self, page='', **_query):
        """What is included and left, free times, and the sessions of the city."""
        person = request.env.user.partner_id
        city = person._get_own_city()
        if not city:
            return request.render('scn_partner.portal_no_city', {'page_name': 'scn_sessions'})
        number = request.env['scn.appointment']._read_page(page)
        return self._render(
            'scn_events.portal_city_sessions',
            'scn_sessions',
            page_url=PAGE_URL,
            **city._prepare_sessions_page_values(person, number),
        )

    @http.route(f'{PAGE_URL}/<int:session_id>', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def city_session(self, session_id, page='', **_query):
        """One session, and what can be done with it."""
        person, session = self._get_session(session_id)
        return self._render(
            'scn_events.portal_city_session',
            'scn_session',
            page_url=f'{PAGE_URL}/{session.id}',
            **session._prepare_session_page_values(person, session._read_page(page)),
        )

    @http.route(f'{PAGE_URL}/ask', type='http', auth='user', website=True, methods=['POST'], sitemap=False)
    def ask_session(self, slot='', topic='', **_post):
        """Ask for a session at a free time."""
        person = request.env.user.partner_id
        city = person._get_own_city()
        if not city:
            raise NotFound
        values = {'slot': slot, 'topic': topic, 'people': request.httprequest.form.getlist('people')}

        def ask():
            request.env['scn.appointment'].sudo()._city_ask_session(person, values)
            return request.env._("We have your request: we look at it and write to you.")

        return self._act(city.id, ask, back=PAGE_URL)

    @http.route(
        f'{PAGE_URL}/<int:session_id>/<any("confirm", "time", "cancel"):act>',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
        sitemap=False,
    )
    def answer_session(self, session_id, act, shown='', slot='', reason='', **_post):
        """Confirm what we propose, choose another time, or call it off."""
        person, session = self._get_session(session_id)

        def answer():
            if act == 'confirm':
                session._city_accept(person, shown)
                return request.env._("The session is confirmed. The mail to you has a file for your calendar.")
            if act == 'time':
                session._city_choose_time(person, shown, slot)
                if session.state == 'confirmed':
                    return request.env._("The session is moved.")
                return request.env._("We have your proposal: we look at it and write to you.")
            session._city_call_off(person, shown, reason)
            return request.env._("The session is called off.")

        return self._act(session.id, answer, back=PAGE_URL if act == 'cancel' else f'{PAGE_URL}/{session.id}')

    def _get_session(self, session_id):
        """The signed-in person and a session of their city; anything else is not found, whether it exists or not."""
        person = request.env.user.partner_id
        city = person._get_own_city()
        session = city._get_sessions().filtered(lambda session: session.id == session_id) if city else None
        if not session:
            raise NotFound
        return person, session
