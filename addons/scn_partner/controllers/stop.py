import binascii

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request
from odoo.tools import verify_hash_signed

from ..models.scn_signup_mail import STOP_SCOPE

#: What reading a token that somebody made up may raise.
TOKEN_ERRORS = (ValueError, binascii.Error, OverflowError)


class StopMails(http.Controller):
    """The page behind the stop link of a mail.

    A GET never acts: mail scanners follow links. The token is in the fragment, which no server sees, and comes
    back in the body of the form; without JavaScript the reader pastes it.
    """

    @http.route('/sharing-cities/stop', type='http', auth='public', methods=['GET'], website=True, sitemap=False)
    def stop_page(self, **_query):
        """Ask for the confirmation; whatever stands in the address is ignored."""
        return request.render('scn_partner.stop_page', {'state': 'ask'})

    @http.route('/sharing-cities/stop', type='http', auth='public', methods=['POST'], website=True, sitemap=False)
    def stop(self, token='', **_posted):
        """Record the wish; a second time, or a link that is not ours, gets a friendly page.

        :param str token: the signed token of the mail, or the whole link
        """
        who = self._find_who_stops(token.strip().rpartition('#')[2].rpartition('/')[2])
        if not who:
            return request.render('scn_partner.stop_page', {'state': 'unknown'})
        who._stop_news()
        return request.render('scn_partner.stop_page', {'state': 'done'})

    @http.route(
        '/sharing-cities/stop/<string:token>', type='http', auth='public', methods=['GET'], website=True, sitemap=False
    )
    def stop_page_with_token(self, token, **_query):
        """The same page for a reader whose mail program opens the address of its header; nothing is done yet."""
        return request.render('scn_partner.stop_page', {'state': 'ask', 'token': token})

    @http.route(
        '/sharing-cities/stop/<string:token>',
        type='http',
        auth='public',
        methods=['POST'],
        csrf=False,
        save_session=False,
        sitemap=False,
    )
    def stop_with_one_click(self, token, **_posted):
        """What a mail program posts for its reader (RFC 8058): without cookies, without a page. The address is the
        proof: it stands in one person's mail and stops that person's mails only."""
        who = self._find_who_stops(token)
        if not who:
            raise NotFound
        who._stop_news()
        return request.make_response('', headers=[('Content-Type', 'text/plain')])

    def _find_who_stops(self, token):
        """The sign-up or the person that a token was signed for, or None."""
        try:
            values = verify_hash_signed(request.env(su=True), STOP_SCOPE, token)
        except TOKEN_ERRORS:
            values = None
        if not isinstance(values, dict):
            return None
        if 'person' in values:
            return request.env['res.partner'].sudo().browse(values['person']).exists()
        return request.env['scn.signup'].sudo().browse(values.get('signup')).exists()
