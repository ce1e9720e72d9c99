import binascii

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
        signup = self._find_signup(token.strip().rpartition('#')[2])
        if not signup:
            return request.render('scn_partner.stop_page', {'state': 'unknown'})
        signup._stop_news()
        return request.render('scn_partner.stop_page', {'state': 'done'})

    def _find_signup(self, token):
        try:
            values = verify_hash_signed(request.env(su=True), STOP_SCOPE, token)
        except TOKEN_ERRORS:
            values = None
        if not isinstance(values, dict):
            return None
        return request.env['scn.signup'].sudo().browse(values['signup']).exists()
