from odoo import http
from odoo.http import content_disposition, request

#: Languages and files of the download.
FORMATS = {'json': 'application/json', 'html': 'text/html; charset=utf-8'}


class Privacy(http.Controller):
    """One's own choices, one's own data, and asking to be erased. Whose they are follows from the session only."""

    def _render(self, **values):
        person = request.env.user.partner_id
        return request.render(
            'scn_partner.portal_privacy',
            {**person._prepare_privacy_values(), 'page_name': 'scn_privacy', 'done': False, **values},
        )

    @http.route('/my/privacy', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def privacy_page(self, **_query):
        """What the person agreed to, with the words; changes nothing."""
        return self._render()

    @http.route('/my/privacy', type='http', auth='user', website=True, methods=['POST'], sitemap=False)
    def choose(self, **posted):
        """Record the choices of the form; what it does not name is a no, as a box that is not ticked."""
        request.env.user.partner_id._choose_consents(posted)
        return self._render(done='saved')

    @http.route(
        '/my/privacy/data.<string:kind>', type='http', auth='user', website=True, methods=['GET'], sitemap=False
    )
    def download(self, kind, **_query):
        """The person's own data to read (``html``) or for programs (``json``)."""
        if kind not in FORMATS:
            return request.not_found()
        data = request.env['scn.personal.data'].sudo()
        export = data._prepare_export(request.env.user.partner_id._find_own_data(), is_own=True)
        content = data._render_export_json(export) if kind == 'json' else data._render_export_html(export)
        return request.make_response(
            content,
            headers=[
                ('Content-Type', FORMATS[kind]),
                ('Content-Disposition', content_disposition(f'my-data.{kind}')),
                ('Cache-Control', 'private, no-store'),
                ('X-Content-Type-Options', 'nosniff'),
            ],
        )

    @http.route('/my/privacy/erase', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def erase_page(self, **_query):
        """Ask whether the person means it, and say what follows."""
        return request.render('scn_partner.portal_privacy_erase', {'page_name': 'scn_privacy'})

    @http.route('/my/privacy/erase', type='http', auth='user', website=True, methods=['POST'], sitemap=False)
    def ask_erasure(self, **_posted):
        """Open the task for staff; nothing is erased at once."""
        request.env.user.partner_id._ask_erasure()
        return self._render(done='asked')
