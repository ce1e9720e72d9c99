from urllib.parse import urlencode

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

EVENTS_PER_PAGE = 20
#: Where it leads is for the person who opened it.
PRIVATE_HEADERS = {'Cache-Control': 'private, no-store', 'Referrer-Policy': 'no-referrer'}


class RecordingController(CustomerPortal):
    """Recordings, notes and slides: whether somebody may see one is asked of the model, each time."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if 'scn_recording_count' in counters:
            recordings = request.env['scn.event.recording'].sudo()
            values['scn_recording_count'] = recordings.search_count(recordings._get_open_domain(), limit=100)
        return values

    @http.route(
        ['/my/recordings', '/my/recordings/page/<int:page>'],
        type='http',
        auth='user',
        website=True,
        methods=['GET'],
        sitemap=False,
    )
    def my_recordings(self, page=1, **_query):
        """What past events left, the latest first, and which of it the signed-in person may open."""
        recordings = request.env['scn.event.recording'].sudo()
        domain = recordings._get_open_domain()
        events = request.env['event.event'].sudo()
        of_events = [('scn_recording_ids', 'any', domain)]
        pager = portal_pager(
            url='/my/recordings', total=events.search_count(of_events), page=page, step=EVENTS_PER_PAGE
        )
        shown = events.search(
            of_events, order='date_begin desc, id desc', limit=EVENTS_PER_PAGE, offset=pager['offset']
        )
        found = recordings.search([*domain, ('event_id', 'in', shown.ids)])._filter_open()
        obstacles = found._find_obstacles(request.env.user)
        by_event = found.grouped('event_id')
        return request.render(
            'scn_events.portal_recordings',
            {
                **self._prepare_portal_layout_values(),
                'page_name': 'scn_recordings',
                'lines': [(event, by_event[event]) for event in shown if event in by_event],
                'obstacles': obstacles,
                'pager': pager,
            },
        )

    @http.route(
        '/recordings/<int:recording_id>', type='http', auth='public', website=True, methods=['GET'], sitemap=False
    )
    def open_recording(self, recording_id, **_query):
        """Open one: its link, or its file as a download. What somebody may not see says which tier would do."""
        recording = request.env['scn.event.recording'].sudo().browse(recording_id).exists()
        obstacle = recording._find_obstacles(request.env.user)[recording] if recording else None
        if not recording or (obstacle and obstacle.code == 'hidden'):
            raise NotFound
        if obstacle and obstacle.code == 'sign_in':
            return request.redirect(f'/web/login?{urlencode({"redirect": recording._get_page_url()})}')
        if obstacle:
            response = request.render(
                'scn_events.recording_refused', {'recording': recording, 'reason': obstacle.reason}
            )
            response.status_code = 403
            return response
        if recording.url:
            response = request.redirect(recording.url, code=303, local=False)
        else:
            stream = request.env['ir.binary']._get_stream_from(recording, 'file', filename=recording.filename or None)
            # never shown inside the site: a page or a picture in it could act as the reader
            response = stream.get_response(as_attachment=True, immutable=False)
        response.headers.update(PRIVATE_HEADERS)
        return response
