from odoo import fields, http
from odoo.exceptions import AccessError
from odoo.http import request

DIGEST_URL = '/declaration/digest.json'


class DeclarationDigest(http.Controller):
    """The digests for everybody, and the file to keep for staff. Nothing personal, no city's name."""

    @http.route(DIGEST_URL, type='http', auth='public', methods=['GET'], readonly=True, save_session=False)
    def public_digests(self, **_query):
        """The digests of the last 400 days, newest first."""
        answer = request.make_json_response(
            {'digests': request.env['scn.declaration.digest']._prepare_public_digests()}
        )
        answer.headers['Cache-Control'] = 'public, max-age=3600'
        return answer

    @http.route('/declaration/digest/<string:day>', type='http', auth='user', methods=['GET'], readonly=True)
    def kept_file(self, day, **_query):
        """The file of one day, to be kept outside.

        :param str day: such as 2018-11-16
        """
        digests = request.env['scn.declaration.digest']
        try:
            digests.check_access('read')
            digest = digests.search([('date', '=', fields.Date.to_date(day))], limit=1)
        except (AccessError, ValueError):
            digest = digests.browse()
        if not digest:
            raise request.not_found()
        return request.make_response(
            digest._prepare_file(),
            headers=[
                ('Content-Type', 'application/json'),
                ('Content-Disposition', http.content_disposition(digest._get_file_name())),
            ],
        )
