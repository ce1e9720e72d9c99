import hashlib

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..request_log import install
from .programme import CALENDAR_TYPE

#: What a calendar program is asked to keep: it comes back after an hour at the earliest.
FEED_HEADERS = {'Cache-Control': 'private, max-age=3600', 'X-Robots-Tag': 'noindex', 'Referrer-Policy': 'no-referrer'}
#: The page with a new secret is kept nowhere.
SECRET_HEADERS = {'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer'}

install()


class CalendarFeedController(CustomerPortal):
    """A person's calendar address: made, renewed and taken back in the portal, read by a calendar program."""

    @http.route(
        '/scn/calendar/<string:secret>.ics',
        type='http',
        auth='public',
        methods=['GET'],
        save_session=False,
        readonly=True,
    )
    def calendar_feed(self, secret, **_query):
        """The calendar of the person this secret belongs to; reading it changes nothing."""
        feed = request.env['scn.calendar.feed']._find(secret)
        if not feed:
            raise NotFound
        content = feed._get_calendar()
        response = request.make_response(content, headers=[('Content-Type', CALENDAR_TYPE), *FEED_HEADERS.items()])
        response.set_etag(hashlib.sha256(content).hexdigest())
        return response.make_conditional(request.httprequest)

    @http.route('/my/calendar', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def calendar_page(self, **_query):
        """Whether the signed-in person has an address, and what it is for."""
        return self._show_calendar_page()

    @http.route('/my/calendar/renew', type='http', auth='user', website=True, methods=['POST'], sitemap=False)
    def renew_calendar(self, **_post):
        """A new address, shown once; the old one opens nothing any more."""
        secret = request.env['scn.calendar.feed']._renew(request.env.user.partner_id)
        base = request.env.user.partner_id.get_base_url()
        return self._show_calendar_page(address=f'{base}/scn/calendar/{secret}.ics')

    @http.route('/my/calendar/revoke', type='http', auth='user', website=True, methods=['POST'], sitemap=False)
    def revoke_calendar(self, **_post):
        """Take the address back."""
        request.env['scn.calendar.feed']._revoke(request.env.user.partner_id)
        return request.redirect('/my/calendar')

    def _show_calendar_page(self, address=None):
        return request.render(
            'scn_events.portal_calendar',
            {
                **self._prepare_portal_layout_values(),
                'page_name': 'scn_calendar',
                'feed': request.env['scn.calendar.feed']._get_own(request.env.user.partner_id),
                'address': address,
            },
            headers=SECRET_HEADERS,
        )
