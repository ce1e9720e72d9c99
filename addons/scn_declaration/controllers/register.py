import hashlib
import json
import re
from datetime import date
from urllib.parse import urlencode

from werkzeug.exceptions import NotFound
from werkzeug.http import http_date

from odoo import fields, http
from odoo.http import content_disposition, request

from odoo.addons.scn_partner.free_text import TooLongError, one_line

from ..csv_table import csv_text
from ..models.scn_declaration_public_register import PAGE_SIZE, REGISTER_FIELDS, REGISTER_STATUSES, RegisterQuestion
from ..world_map import HEIGHT, NAMES_AT_A_POINT, WIDTH, gather
from ..world_region import REGIONS

REGISTER_URL = '/declaration'
#: Version of the fields in the JSON; a field that is renamed or taken away makes a new one.
FORMAT = 1
SEARCH_LENGTH = 100
#: How long others may keep the open data without asking again.
KEEP_SECONDS = 300
_CSRF_TOKEN = re.compile(rb'csrf_token[^,>]*')


class DeclarationRegister(http.Controller):
    """The public register: a page, and the same as CSV, JSON and map. Reading only, without JavaScript, cookies or
    calls to anywhere else. What may be read is decided in ``scn.declaration.register``."""

    # -- page ----------------------------------------------------------------------------------------------------

    @http.route(REGISTER_URL, type='http', auth='public', methods=['GET'], website=True, sitemap=True, readonly=True)
    def register_page(self, page='1', **query):
        """The text, the count, the map and the list as of a day."""
        declaration = self._get_declaration(query)
        if not declaration:
            return request.render('scn_declaration.register_empty', {})
        question, is_day_unclear = self._read_question(query)
        register = request.env['scn.declaration.register'].sudo()
        counts = register._get_counts(declaration, question)
        last_page = max(1, -(-counts['found'] // PAGE_SIZE))
        number = min(max(1, self._read_number(page)), last_page)
        cities = register._get_cities(declaration, question, request.env.lang, (number - 1) * PAGE_SIZE, PAGE_SIZE)
        version = register._get_version_in_force(declaration, question.day)
        text = version.text_ids._pick(self._read_line(query, 'text_lang') or request.env.lang)
        languages = request.env['res.lang'].sudo().with_context(active_test=False)
        languages = languages.search([('code', 'in', version.text_ids.mapped('lang'))], order='name')
        response = request.render(
            'scn_declaration.register_page',
            {
                'declaration': declaration,
                'version': version,
                'text': text,
                'text_lang': languages.filtered(lambda language: language.code == text.lang),
                'text_languages': languages,
                'articles': [
                    (article, article._get_text(text.lang)) for article in version.article_ids.sorted('number')
                ],
                'question': question,
                'is_day_unclear': is_day_unclear,
                'today': fields.Date.context_today(declaration),
                'counts': counts,
                'cities': cities,
                'countries': register._get_countries(declaration, question.day, request.env.lang),
                'regions': REGIONS,
                'statuses': tuple(REGISTER_STATUSES),
                'page': number,
                'last_page': last_page,
                'address': lambda path, **changes: self._get_address(path, declaration, query, question, changes),
            },
        )
        response.flatten()
        body = response.get_data()
        # The session's token is in every page of Odoo; a page is another one when anything else differs.
        # Since when it is so is not looked for: that would be a look at every city, and the body tells as well.
        return self._with_freshness(response, _CSRF_TOKEN.sub(b'', body), None, 'private, no-cache')

    # -- open data -----------------------------------------------------------------------------------------------

    @http.route(
        f'{REGISTER_URL}/register.json', type='http', auth='public', methods=['GET'], readonly=True, save_session=False
    )
    def register_json(self, **query):
        """All named cities as JSON, with the fixed fields of ``REGISTER_FIELDS``."""
        declaration, question, changed_at, cities = self._get_open_data(query)
        counts = request.env['scn.declaration.register'].sudo()._get_counts(declaration, question)
        version = request.env['scn.declaration.register']._get_version_in_force(declaration, question.day)
        body = json.dumps(
            {
                'format': FORMAT,
                'declaration': declaration.code,
                'as_of': fields.Date.to_string(question.day),
                'text_in_force': {'name': version.name, 'hash': version.content_hash},
                'counts': {
                    'joined': counts['joined'],
                    'of_these_provisionally': counts['provisional'],
                    'in_validation': counts['validation'],
                    'withdrawn': counts['withdrawn'],
                },
                'cities': cities,
            },
            ensure_ascii=False,
            default=fields.Date.to_string,
        )
        return self._answer_open_data(body, 'application/json; charset=utf-8', changed_at)

    @http.route(
        f'{REGISTER_URL}/register.csv', type='http', auth='public', methods=['GET'], readonly=True, save_session=False
    )
    def register_csv(self, **query):
        """All named cities as CSV that is safe to open in a spreadsheet, with the fields of the JSON."""
        __, question, changed_at, cities = self._get_open_data(query)
        for city in cities:
            city['public_notes'] = ' | '.join(f"{note['article']}: {note['note']}" for note in city['public_notes'])
        day = fields.Date.to_string(question.day)
        return self._answer_open_data(
            csv_text(REGISTER_FIELDS, cities),
            'text/csv; charset=utf-8',
            changed_at,
            ('Content-Disposition', content_disposition(f'declaration-{day}.csv')),
        )

    @http.route(
        f'{REGISTER_URL}/map.svg', type='http', auth='public', methods=['GET'], readonly=True, save_session=False
    )
    def register_map(self, **query):
        """The cities that joined as points, to lie on top of the outlines of the world."""
        declaration = self._get_declaration(query)
        if not declaration:
            raise NotFound
        question, __ = self._read_question(query)
        register = request.env['scn.declaration.register'].sudo()
        points = gather(register._get_places(declaration, question))
        # The title of a point is text of the register: the template escapes it, whatever a city calls itself.
        body = request.env['ir.qweb']._render(
            'scn_declaration.register_points',
            {'points': points, 'width': WIDTH, 'height': HEIGHT, 'most': NAMES_AT_A_POINT},
        )
        return self._answer_open_data(
            str(body).strip(),
            'image/svg+xml; charset=utf-8',
            self._get_changed_at(declaration, question),
            ('Content-Security-Policy', "default-src 'none'; sandbox"),
        )

    def _get_open_data(self, query):
        declaration = self._get_declaration(query)
        if not declaration:
            raise NotFound
        question, __ = self._read_question(query)
        register = request.env['scn.declaration.register'].sudo()
        changed_at = self._get_changed_at(declaration, question)
        return declaration, question, changed_at, register._get_cities(declaration, question)

    def _get_changed_at(self, declaration, question):
        """When an answer was last another one; None where nobody noted it: another name of a city may be gone."""
        if question.search:
            return None
        return request.env['scn.declaration.register'].sudo()._get_changed_at(declaration, question.day)

    def _answer_open_data(self, body, content_type, changed_at, *headers):
        body = body.encode('utf-8', 'replace')
        response = request.make_response(
            body,
            headers=[
                ('Content-Type', content_type),
                ('Access-Control-Allow-Origin', '*'),
                ('X-Content-Type-Options', 'nosniff'),
                *headers,
            ],
        )
        return self._with_freshness(response, body, changed_at, f'public, max-age={KEEP_SECONDS}')

    def _with_freshness(self, response, body, changed_at, cache_control):
        """Say what the answer's content is and since when, and send nothing to who has it already (RFC 9110, 13)."""
        response.headers['Cache-Control'] = cache_control
        response.set_etag(hashlib.sha256(body).hexdigest()[:32])
        if changed_at:
            response.headers['Last-Modified'] = http_date(changed_at)
        return response.make_conditional(request.httprequest)

    # -- the question --------------------------------------------------------------------------------------------

    def _get_declaration(self, query):
        """The declaration asked for by its code, else the first one with a published text."""
        domain = [('current_version_id', '!=', False)]
        code = self._read_line(query, 'declaration')
        if code:
            domain.append(('code', '=', code))
        return request.env['scn.declaration'].sudo().search(domain, limit=1)

    def _read_question(self, query):
        """What the address asks. Whatever cannot be read is left out.

        :return: ``(question, whether the day could not be read)``
        """
        today = fields.Date.context_today(request.env['scn.declaration'])
        text = self._read_line(query, 'on')
        day, is_unclear = today, False
        if text:
            try:
                day = date.fromisoformat(text)
            except ValueError:
                is_unclear = True
        if day > today:
            day, is_unclear = today, True
        status = self._read_line(query, 'status')
        region = self._read_line(query, 'region')
        return (
            RegisterQuestion(
                day=day,
                search=self._read_line(query, 'search'),
                country=self._read_line(query, 'country').upper()[:2],
                region=region if region in REGIONS else '',
                status=status if status in REGISTER_STATUSES else '',
            ),
            is_unclear,
        )

    def _read_number(self, text):
        """A page's number, 1 for anything else; an upload in its place is none."""
        is_number = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 7
        return int(text) if is_number else 1

    def _read_line(self, query, name):
        try:
            return one_line(query.get(name), SEARCH_LENGTH)
        except TooLongError:
            return ''

    def _get_address(self, path, declaration, query, question, changes):
        """Address of another page or form of the same answer.

        :param str path: after ``/declaration``
        :param dict changes: parameters to set; None takes one away
        """
        today = fields.Date.context_today(declaration)
        values = {
            'declaration': self._read_line(query, 'declaration'),
            'on': fields.Date.to_string(question.day) if question.day != today else '',
            'search': question.search,
            'country': question.country,
            'region': question.region,
            'status': question.status,
            'text_lang': self._read_line(query, 'text_lang'),
            **changes,
        }
        arguments = urlencode({name: value for name, value in values.items() if value})
        return f'{REGISTER_URL}{path}?{arguments}' if arguments else f'{REGISTER_URL}{path}'
