from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..models.scn_session_link import ACT_URL

#: A page that was opened with a code is nobody else's: not kept, not passed on as where one came from, not indexed.
PRIVATE_HEADERS = {
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Robots-Tag': 'noindex, nofollow',
}


class SessionAct(http.Controller):
    """The page behind the link of a proposal.

    A GET shows a form and never acts: mail scanners follow links. The code stands in the fragment, which no server
    sees, and is posted in the body. The POST asks for no session token: the code is what a foreign page cannot know,
    and nothing is done by the rights of whoever is signed in.
    """

    @http.route(ACT_URL, type='http', auth='public', methods=['GET'], website=True, sitemap=False)
    def enter_code(self, **_query):
        """Ask for the code; whatever stands in the address is ignored."""
        return self._render('scn_events.session_act_enter', {})

    @http.route(ACT_URL, type='http', auth='public', methods=['POST'], website=True, sitemap=False, csrf=False)
    def open_or_answer(self, code='', do='', reason='', **_post):
        """Show the proposal, confirm or decline it, by what the button says.

        :param str code: the code or the whole link
        :param str do: ``confirm`` or ``decline``; anything else shows the page
        """
        link, problem = request.env['scn.session.link']._find(code)
        if problem:
            return self._render('scn_events.session_act_problem', {'problem': problem})
        reader = self._get_reader()
        failed = None
        obstacle = link._get_obstacle(reader)
        if not obstacle and do in ('confirm', 'decline'):
            obstacle, failed = self._answer(link, reader, do, reason if isinstance(reason, str) else '')
            if not obstacle and not failed:
                return self._render('scn_events.session_act_done', {'session': link.appointment_id, 'did': do})
        if obstacle:
            return self._render(
                'scn_events.session_act_problem',
                {'problem': obstacle, 'session': link.appointment_id, 'responsible': link.appointment_id.user_id},
            )
        return self._render(
            'scn_events.session_act_page',
            {'session': link.appointment_id, 'addressee': link.partner_id, 'code': code, 'failed': failed},
        )

    def _answer(self, link, reader, do, reason):
        """Wholly or not at all.

        :return: ``(obstacle, the sentence that says what is wrong)``
        """
        try:
            with request.env.cr.savepoint():
                return link._use(reader, do, reason), None
        except UserError as error:
            return None, str(error)

    def _get_reader(self):
        """Person of the signed-in user; nobody for the public."""
        user = request.env.user
        return request.env['res.partner'] if user._is_public() else user.sudo().partner_id

    def _render(self, template, values):
        return request.render(template, values, headers=PRIVATE_HEADERS)
