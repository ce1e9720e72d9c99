from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.website_event_track.controllers.event_track import EventTrackController

CALENDAR_TYPE = 'text/calendar; charset=utf-8'


class ProgrammeController(EventTrackController):
    """The published programme, for everybody who sees the event."""

    @http.route(
        ['/event/<model("event.event"):event>/programme'],
        type='http',
        auth='public',
        website=True,
        methods=['GET'],
        sitemap=False,
        readonly=True,
    )
    def programme(self, event, version=None, **_query):
        """The last version, or an earlier one with what was new in it."""
        number = int(version) if str(version or '').isdecimal() and len(version) < 6 else None
        if version and number is None:
            raise NotFound
        values = self._get_visible_event(event)._prepare_programme_page_values(
            number, request.env['website.visitor']._get_visitor_timezone()
        )
        if not values:
            raise NotFound
        return request.render('scn_events.programme_page', {**values, 'main_object': event})

    @http.route(
        ['/event/<model("event.event"):event>/programme.ics'],
        type='http',
        auth='public',
        website=True,
        methods=['GET'],
        sitemap=False,
        readonly=True,
    )
    def programme_calendar(self, event, **_query):
        """The published programme as a calendar file."""
        content = self._get_visible_event(event)._get_programme_calendar()
        if not content:
            raise NotFound
        return request.make_response(
            content,
            headers=[
                ('Content-Type', CALENDAR_TYPE),
                ('Content-Disposition', content_disposition(f'{event.name}.ics')),
            ],
        )

    @http.route()
    def event_agenda(self, event, tag=None, **post):
        """Where a programme was published, it is what visitors see: not what staff are still planning."""
        if event._get_programme():
            return request.redirect(f'/event/{request.env["ir.http"]._slug(event)}/programme')
        return super().event_agenda(event, tag=tag, **post)

    def _get_visible_event(self, event):
        if not event.can_access_from_current_website():
            raise NotFound
        return event
