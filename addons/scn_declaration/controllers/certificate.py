from odoo import http
from odoo.http import request

from odoo.addons.scn_partner import secret_code

CHECK_URL = '/declaration/check'


class DeclarationCertificate(http.Controller):
    """Anybody who holds a certificate checks it here. Whatever is not a valid reference gets one and the same answer."""

    @http.route(CHECK_URL, type='http', auth='public', methods=['GET'], website=True, sitemap=False, readonly=True)
    def ask(self, reference='', **_query):
        """Ask for the reference; the form sends it here as a query, which is no secret: it opens public facts."""
        return self._answer(reference) if reference else self._render(None, '')

    @http.route(
        f'{CHECK_URL}/<string:reference>',
        type='http',
        auth='public',
        methods=['GET'],
        website=True,
        sitemap=False,
        readonly=True,
    )
    def check(self, reference, **_query):
        """What the register says of the certificate's city today."""
        return self._answer(reference)

    def _answer(self, reference):
        signature = request.env['scn.declaration.signature']._find_certificate(reference)
        return self._render(signature, reference)

    def _render(self, signature, reference):
        values = {
            'asked': signature is not None,
            'signature': signature or request.env['scn.declaration.signature'],
            'reference': secret_code.written(signature.certificate_reference) if signature else '',
        }
        response = request.render(
            'scn_declaration.certificate_check',
            values,
            headers={'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, nofollow'},
        )
        if signature is not None and not signature:
            response.status_code = 404
        return response
