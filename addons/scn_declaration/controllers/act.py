from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

#: A page that was opened with a code is nobody else's: not kept, not passed on as where one came from, not indexed.
PRIVATE_HEADERS = {
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Robots-Tag': 'noindex, nofollow',
}
ACT_URL = '/declaration/act'


def attempt(act):
    """Do something a form asks for, wholly or not at all.

    :param act: callable without arguments
    :return: ``(its answer, None)``, or ``(None, the sentence)`` that says what is wrong with the form
    """
    try:
        with request.env.cr.savepoint():
            return act(), None
    except UserError as error:
        return None, str(error)


def get_text_lang(form):
    """Language the reader chose for the text, or an empty string; an upload in its place is none."""
    lang = form.get('text_lang')
    return lang if isinstance(lang, str) else ''


class DeclarationAct(http.Controller):
    """The pages behind the link of a mail.

    * A GET shows a form and never acts: mail scanners follow links.
    * The code stands in the fragment, which no server sees; a script puts it into the form and sends it in the body.
      Without JavaScript the reader pastes it.
    * The POST asks for no session token: the code in its body is what a foreign page cannot know, nothing is done by
      the rights of whoever is signed in, and readers without cookies can act too.
    * The superuser's rights are used for the link that was found by its code, and for nothing else.
    """

    @http.route(ACT_URL, type='http', auth='public', methods=['GET'], website=True, sitemap=False)
    def enter_code(self, **_query):
        """Ask for the code; whatever stands in the address is ignored."""
        return self._render('scn_declaration.act_enter', {})

    @http.route(ACT_URL, type='http', auth='public', methods=['POST'], website=True, sitemap=False, csrf=False)
    def open_or_act(self, code='', do='', **form):
        """Show the text, act, pass the link on or ask for a new one, by what the button says.

        :param str code: the code or the whole link
        :param str do: ``act``, ``forward``, ``renew``, ``certificate``; anything else shows the page
        """
        link, problem = request.env['scn.declaration.link']._find(code)
        if problem:
            return self._render('scn_declaration.act_problem', {'problem': problem})
        step = {'act': self._act, 'forward': self._forward, 'renew': self._renew, 'certificate': self._certificate}.get(
            do, self._show
        )
        return step(link.sudo(), code, form)

    # -- steps -------------------------------------------------------------------------------------------------

    def _show(self, link, code, form, problem=None, notice=None):
        obstacle = link._get_obstacle(self._get_reader())
        if obstacle:
            return self._render_obstacle(link, code, obstacle)
        values = link.signature_id._prepare_city_act_page(link.purpose, link.version_id, get_text_lang(form), form)
        return self._render(
            'scn_declaration.act_page',
            {
                **values,
                'code': code,
                'addressee': link.partner_id,
                'expires_on': link.expires_on,
                'action': ACT_URL,
                'problem': problem,
                'notice': notice,
                'can_forward': True,
            },
        )

    def _act(self, link, code, form):
        text = link.version_id.text_ids._pick(get_text_lang(form) or link.signature_id.lang)
        obstacle, problem = attempt(lambda: link._use(self._get_reader(), form, text.lang))
        if problem:
            return self._show(link, code, form, problem=problem)
        return self._render_obstacle(link, code, obstacle or 'now')

    def _forward(self, link, code, form):
        answer, problem = attempt(lambda: link._forward(self._get_reader(), form))
        if problem:
            return self._show(link, code, form, problem=problem)
        if answer not in ('sent', 'requested'):
            return self._render_obstacle(link, code, answer)
        return self._show(link, code, {'text_lang': get_text_lang(form)}, notice=answer)

    def _renew(self, link, code, form):
        is_sent, problem = attempt(lambda: link._renew(self._get_reader()))
        if problem or not is_sent:
            return self._show(link, code, form)
        return self._render('scn_declaration.act_problem', {'problem': 'renewed'})

    def _certificate(self, link, code, form):
        """The city's certificate, for who has acted by this link."""
        obstacle = link._get_obstacle(self._get_reader())
        if obstacle not in ('used', 'done') or not link.signature_id._has_certificate():
            return self._show(link, code, form)
        return link.signature_id._get_certificate_response()

    # -- answers -----------------------------------------------------------------------------------------------

    def _get_reader(self):
        """Person of the signed-in user; nobody for the public."""
        user = request.env.user
        return request.env['res.partner'] if user._is_public() else user.sudo().partner_id

    def _render_obstacle(self, link, code, obstacle):
        if obstacle in ('now', 'used', 'done'):
            return self._render(
                'scn_declaration.act_done',
                {
                    'is_new': obstacle == 'now',
                    'link': link if obstacle != 'done' else link.browse(),
                    'signature': link.signature_id,
                    'city': link.signature_id.partner_id,
                    'code': code,
                },
            )
        return self._render(
            'scn_declaration.act_problem',
            {'problem': obstacle, 'code': code, 'responsible': link.signature_id.user_id, 'action': ACT_URL},
        )

    def _render(self, template, values):
        return request.render(template, values, headers=PRIVATE_HEADERS)
