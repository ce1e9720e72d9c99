from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.website_event_track.controllers.event_track import EventTrackController

from ..call_codes import CallCode
from ..exceptions import GateRefused
from ..models.scn_call_form import HONEYPOT
from ..models.scn_proposal_link import PROPOSAL_URL
from .portal import EventPortal

#: A page that was opened with a code is nobody else's: not kept, not passed on as where one came from, not indexed.
PRIVATE_HEADERS = {
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Robots-Tag': 'noindex, nofollow',
}
FORM_FIELDS = (
    'title',
    'description',
    'name',
    'email',
    'organisation',
    'speaker',
    'function',
    'place',
    'when',
    HONEYPOT,
)
QUESTION_PREFIX = 'question_'
SESSION_SENT = 'scn_events_sent'


class CallController(EventTrackController):
    """Calls of an event and their forms. They say what the gate will say; the gate itself is in the model."""

    # -- Odoo's own form for talks -----------------------------------------------------------------------------

    @http.route()
    def event_track_proposal(self, event, **post):
        """Odoo's form knows no window and no audience: the list of calls stands in its place."""
        return request.redirect(f'/event/{request.env["ir.http"]._slug(event)}/calls')

    @http.route()
    def event_track_proposal_post(self, event, **post):
        """Nothing comes in by Odoo's form any more; the model would refuse it, too."""
        if not event.can_access_from_current_website():
            return request.make_json_response({'error': 'forbidden'})
        return request.make_json_response(
            {
                'error': CallCode.CALL_MISSING.value,
                'reason': request.env._(
                    "Proposals for “%(event)s” come through a call: choose one in the list of calls.", event=event.name
                ),
            }
        )

    # -- calls -------------------------------------------------------------------------------------------------

    @http.route(
        '/event/<model("event.event"):event>/calls',
        type='http',
        auth='public',
        website=True,
        methods=['GET'],
        sitemap=False,
    )
    def event_calls(self, event, **_query):
        """What is asked for, of whom, until when."""
        if not event.can_access_from_current_website():
            raise NotFound
        calls = request.env['scn.call'].sudo().search([('event_id', '=', event.id), ('is_published', '=', True)])
        return request.render(
            'scn_events.call_list',
            {
                'event': event,
                'main_object': event,
                'lines': calls._prepare_list_values(request.env.user.partner_id),
                'is_public': request.env.user._is_public(),
            },
        )

    @http.route('/calls/<int:call_id>', type='http', auth='public', website=True, methods=['GET'], sitemap=False)
    def call_page(self, call_id, **_query):
        """The form of a call, or the reason why there is none."""
        return self._render_call(self._get_call(call_id), {})

    @http.route(
        '/calls/<int:call_id>/propose', type='http', auth='public', website=True, methods=['POST'], sitemap=False
    )
    def propose(self, call_id, **post):
        """Take in a proposal. A second click finds what the first one made."""
        call = self._get_call(call_id)
        form = {
            name: value
            for name, value in post.items()
            if isinstance(value, str) and (name in FORM_FIELDS or name.startswith(QUESTION_PREFIX))
        }
        try:
            with request.env.cr.savepoint():
                proposal = call._propose(form)
        except GateRefused as refused:
            return self._render_call(call, form, refused.refusal)
        except UserError as error:
            return self._render_call(call, form, problem=str(error))
        request.session[SESSION_SENT] = {'call_id': call.id, 'title': proposal.display_name or form.get('title', '')}
        return request.redirect(f'{call._get_url()}/sent')

    @http.route('/calls/<int:call_id>/sent', type='http', auth='public', website=True, methods=['GET'], sitemap=False)
    def proposal_sent(self, call_id, **_query):
        """What happens next; for nobody but who has just sent something."""
        call = self._get_call(call_id)
        sent = request.session.get(SESSION_SENT) or {}
        if sent.get('call_id') != call.id:
            return request.redirect(call._get_url())
        return request.render(
            'scn_events.call_sent',
            {'call': call, 'title': sent.get('title'), 'is_public': request.env.user._is_public()},
        )

    def _get_city(self):
        return request.env.user.partner_id._get_own_city()

    def _get_call(self, call_id):
        """A published call that the website may show, with the rights of the superuser; anything else is not found."""
        call = request.env['scn.call'].sudo().browse(call_id).exists()
        website = request.website
        if not call or not call.is_published or not call.active:
            raise NotFound
        if call.company_id and call.company_id != website.company_id and not call.event_id:
            raise NotFound
        if call.event_id and not call.event_id.can_access_from_current_website():
            raise NotFound
        return call

    def _render_call(self, call, form, refusal=None, problem=None):
        city = self._get_city()
        return request.render(
            'scn_events.call_page',
            {
                'call': call,
                'event': call.event_id,
                'city': city,
                'form': form,
                'refusal': refusal or call._find_refusal(city, request.env.user.partner_id),
                'problem': problem,
                'is_public': request.env.user._is_public(),
                'honeypot': HONEYPOT,
                'hosts': call._get_hosts() if call.type == 'host' else [],
            },
        )

    # -- the own proposal, by a link of a mail -----------------------------------------------------------------

    @http.route(PROPOSAL_URL, type='http', auth='public', methods=['GET'], website=True, sitemap=False)
    def enter_code(self, **_query):
        """Ask for the code; whatever stands in the address is ignored, and nothing is done."""
        return self._render_private('scn_events.proposal_enter', {})

    @http.route(PROPOSAL_URL, type='http', auth='public', methods=['POST'], website=True, sitemap=False, csrf=False)
    def open_or_act(self, code='', do='', **_form):
        """Show the proposal, confirm or withdraw it, by what the button says.

        No session token is asked for: the code is what a foreign page cannot know, and nothing is done by the rights
        of whoever is signed in.
        """
        code = code if isinstance(code, str) else ''
        proposal = request.env['scn.proposal.link']._find(code)
        if not proposal:
            return self._render_private('scn_events.proposal_enter', {'failed': bool(code)})
        values = {}
        act = {'confirm': proposal._confirm, 'withdraw': proposal._withdraw}.get(do)
        if act:
            try:
                with request.env.cr.savepoint():
                    act()
                values['done'] = do
            except UserError as error:
                values['problem'] = str(error)
        return self._render_private(
            'scn_events.proposal_page',
            {'proposal': proposal, 'line': proposal._prepare_own_values(), 'code': code, **values},
        )

    def _render_private(self, template, values):
        return request.render(template, {'action': PROPOSAL_URL, **values}, headers=PRIVATE_HEADERS)


class ProposalPortal(EventPortal):
    """My city's proposals, and what became of its topic wishes."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if 'scn_proposal_count' in counters:
            values['scn_proposal_count'] = len(request.env.user.partner_id._get_own_proposals()) or (
                1 if request.env.user.partner_id._get_own_city() else 0
            )
        return values

    @http.route('/my/city/proposals', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def city_proposals(self, **_query):
        """Proposals of the signed-in person's city, its topic wishes, and what it is asked for."""
        person = request.env.user.partner_id
        return self._render('scn_events.portal_proposals', 'scn_proposals', **person._prepare_proposals_page_values())

    @http.route(
        '/my/city/proposals/<int:proposal_id>/<any("confirm", "withdraw"):act>',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
        sitemap=False,
    )
    def answer_proposal(self, proposal_id, act, **_post):
        """Confirm or withdraw a proposal; another city's is not found, whether it exists or not."""
        person = request.env.user.partner_id
        proposal = person._get_own_proposals().filtered(lambda proposal: proposal.id == proposal_id)
        if not proposal:
            raise NotFound

        def answer():
            person._check_may_answer(proposal)
            if act == 'confirm':
                proposal._confirm()
                return request.env._("“%(proposal)s” is confirmed. Thank you!", proposal=proposal.name)
            proposal._withdraw()
            return request.env._("“%(proposal)s” is withdrawn.", proposal=proposal.name)

        return self._act(proposal_id, answer, back='/my/city/proposals')
