from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from .act import PRIVATE_HEADERS, attempt, get_text_lang

PAGE_URL = '/my/city/declaration'


class DeclarationPortal(http.Controller):
    """The Declaration for signed-in people of a city: the same act as by link, without a mail.

    Which city it is follows from the signed-in person, and whether they may act from their current role. A signature
    of another city is not found, whether it exists or not.
    """

    @http.route(PAGE_URL, type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def declaration_page(self, text_lang='', **_query):
        """Where the city stands, and what is expected of it."""
        person, city = self._get_person_and_city()
        return self._show(person, city, self._get_signature(city), {'text_lang': text_lang})

    @http.route(PAGE_URL, type='http', auth='user', website=True, methods=['POST'], sitemap=False)
    def act(self, do='', **form):
        """Act for the city, or say that it is interested. A second click changes nothing."""
        person, city = self._get_person_and_city()
        signature = self._get_signature(city)
        if not city._may_act_on_declaration(person):
            return self._show(person, city, signature, form)
        if do == 'interest' and not signature:
            __, problem = attempt(lambda: city._open_declaration_interest(person))
            return self._show(person, city, self._get_signature(city), form, problem=problem)
        if do != 'act' or not signature or form.get('purpose') != signature._get_city_purpose():
            return self._show(person, city, signature, form)
        version = signature._get_city_version()
        if form.get('version') != version.content_hash:
            return self._show(person, city, signature, form)
        lang = version.text_ids._pick(get_text_lang(form) or signature.lang).lang
        source = request.env._(
            "Portal, signed in as %(person)s <%(login)s>", person=person.name, login=request.env.user.login
        )
        is_done, problem = attempt(lambda: signature._act_for_city(form['purpose'], version, form, lang, source))
        if problem or not is_done:
            return self._show(person, city, signature, form, problem=problem)
        return request.render(
            'scn_declaration.act_done',
            {
                'is_new': True,
                'link': signature.link_ids.browse(),
                'signature': signature,
                'city': city,
                'in_portal': True,
            },
            headers=PRIVATE_HEADERS,
        )

    @http.route(f'{PAGE_URL}/certificate', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def certificate(self, **_query):
        """The city's certificate as PDF."""
        __, city = self._get_person_and_city()
        signature = self._get_signature(city)
        if not signature or not signature._has_certificate():
            raise NotFound
        return signature._get_certificate_response()

    # -- steps -------------------------------------------------------------------------------------------------

    def _get_person_and_city(self):
        person = request.env.user.partner_id
        city = person._get_own_city()
        if not city:
            raise NotFound
        return person, city

    def _get_signature(self, city):
        """The city's signature with the rights of the superuser: portal users have none on signatures."""
        return city.sudo()._get_declaration_signature()

    def _show(self, person, city, signature, form, problem=None):
        may_act = city._may_act_on_declaration(person)
        values = {'page_name': 'scn_declaration', 'city': city, 'signature': signature, 'may_act': may_act}
        purpose = signature._get_city_purpose() if signature else None
        if purpose and may_act:
            values.update(
                signature._prepare_city_act_page(purpose, signature._get_city_version(), get_text_lang(form), form),
                action=PAGE_URL,
                problem=problem,
                notice=None,
                code='',
                can_forward=False,
            )
            return request.render('scn_declaration.act_page', values, headers=PRIVATE_HEADERS)
        values.update(problem=problem, purpose=purpose, declaration=city._get_open_declaration())
        return request.render('scn_declaration.portal_declaration', values, headers=PRIVATE_HEADERS)
