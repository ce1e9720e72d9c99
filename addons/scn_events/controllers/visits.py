from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from .portal import EventPortal

PAGE_URL = '/my/city/visits'


class VisitPortal(EventPortal):
    """The visits of the signed-in person's city: their programme, planned together with the foundation."""

    @http.route(PAGE_URL, type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def city_visits(self, **_query):
        """Visits of the city, those to come first."""
        city = request.env.user.partner_id._get_own_city()
        if not city:
            return request.render('scn_partner.portal_no_city', {'page_name': 'scn_visits'})
        return self._render('scn_events.portal_city_visits', 'scn_visits', city=city, visits=city._get_visits())

    @http.route(f'{PAGE_URL}/<int:visit_id>', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def city_visit(self, visit_id, **_query):
        """One visit: its programme, what is wrong with it, and who confirmed which version."""
        person, visit = self._get_visit(visit_id)
        return self._render('scn_events.portal_city_visit', 'scn_visit', **visit._prepare_visit_page_values(person))

    @http.route(
        f'{PAGE_URL}/<int:visit_id>/version/<int:number>',
        type='http',
        auth='user',
        website=True,
        methods=['GET'],
        sitemap=False,
    )
    def city_visit_version(self, visit_id, number, **_query):
        """A version as it was sent, and what was new in it."""
        __, visit = self._get_visit(visit_id)
        plan = visit.plan_ids.filtered(lambda plan: plan.number == number)
        if not plan:
            raise NotFound
        before = visit.plan_ids.filtered(lambda plan: plan.number == number - 1)
        snapshot = plan._get_snapshot()
        return self._render(
            'scn_events.portal_city_visit_version',
            'scn_visit',
            visit=visit,
            plan=plan,
            rows=visit._get_timetable_rows(snapshot),
            changes=visit._get_changes(before._get_snapshot(), snapshot) if before else [],
        )

    @http.route(
        f'{PAGE_URL}/<int:visit_id>/programme.pdf',
        type='http',
        auth='user',
        website=True,
        methods=['GET'],
        sitemap=False,
    )
    def city_visit_pdf(self, visit_id, **_query):
        """The programme on paper, in the city's language."""
        __, visit = self._get_visit(visit_id)
        report = request.env['ir.actions.report'].sudo()
        try:
            pdf, __ = report._render_qweb_pdf('scn_events.action_report_visit_programme', visit.ids)
        except UserError:
            return request.render('scn_partner.portal_no_packet', {'page_name': 'scn_visits'})
        return request.make_response(
            pdf,
            headers=[
                ('Content-Type', 'application/pdf'),
                ('Content-Disposition', content_disposition(f'{visit.city_id.name} {visit.day}.pdf')),
                ('Cache-Control', 'private, no-store'),
            ],
        )

    @http.route(
        f'{PAGE_URL}/<int:visit_id>/add', type='http', auth='user', website=True, methods=['POST'], sitemap=False
    )
    def add_block(self, visit_id, **post):
        """Add a block from a format."""
        person, visit = self._get_visit(visit_id)

        def add():
            block = visit._city_add_block(person, self._with_people(post))
            return request.env._("“%(name)s” is in the programme.", name=block.display_name)

        return self._act_on_visit(visit, add)

    @http.route(
        f'{PAGE_URL}/<int:visit_id>/blocks/<int:block_id>/<any("change", "earlier", "later", "remove"):act>',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
        sitemap=False,
    )
    def act_on_block(self, visit_id, block_id, act, **post):
        """Change, move or take out one block; a block of another visit is not found."""
        person, visit = self._get_visit(visit_id)
        block = visit.block_ids.filtered(lambda block: block.id == block_id)
        if not block:
            raise NotFound
        name = block.display_name

        def change():
            if act == 'change':
                visit._city_change_block(person, block, self._with_people(post))
                return request.env._("“%(name)s” is changed.", name=block.display_name)
            if act == 'remove':
                visit._city_remove_block(person, block)
                return request.env._("“%(name)s” is taken out.", name=name)
            visit._city_move_block(person, block, -1 if act == 'earlier' else 1)
            return request.env._("“%(name)s” is moved.", name=name)

        return self._act_on_visit(visit, change)

    @http.route(
        f'{PAGE_URL}/<int:visit_id>/conversations',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
        sitemap=False,
    )
    def set_conversations(self, visit_id, **post):
        """With whom of the city conversations are wished for."""
        person, visit = self._get_visit(visit_id)

        def wish():
            left = visit._city_set_conversations(person, self._with_people(post))
            if not visit.host_user_ids and left:
                return request.env._("Noted. We plan the conversations when we know who visits you.")
            if left:
                return request.env._("No room was found for: %(names)s", names=", ".join(left.mapped('name')))
            return request.env._("The conversations are planned.")

        return self._act_on_visit(visit, wish)

    @http.route(
        f'{PAGE_URL}/<int:visit_id>/<any("comment", "send", "confirm"):act>',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
        sitemap=False,
    )
    def plan_together(self, visit_id, act, text='', version='', **_post):
        """Say something, send a version, or confirm the one that was shown."""
        person, visit = self._get_visit(visit_id)

        def do():
            if act == 'comment':
                visit._city_comment(person, text)
                return request.env._("We have your comment.")
            if act == 'send':
                plan = visit._city_send(person, text)
                return request.env._(
                    "Version %(number)s is sent to us. Confirm it when it is as you wish.", number=plan.number
                )
            visit._city_confirm(person, version)
            return request.env._("You confirmed version %(number)s.", number=version)

        return self._act_on_visit(visit, do)

    @http.route('/my/city/actions', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def city_actions(self, **_query):
        """What was agreed in visits and sessions: who does what, and by when."""
        city = request.env.user.partner_id._get_own_city()
        if not city:
            return request.render('scn_partner.portal_no_city', {'page_name': 'scn_actions'})
        return self._render(
            'scn_events.portal_city_actions', 'scn_actions', city=city, actions=city._get_agreed_actions()
        )

    @http.route(
        '/my/city/actions/<int:action_id>/done', type='http', auth='user', website=True, methods=['POST'], sitemap=False
    )
    def tick_off(self, action_id, **_post):
        """Tick off one of the city's own, or open it again; another city's is not found."""
        person = request.env.user.partner_id
        city = person._get_own_city()
        action = city._get_agreed_actions().filtered(lambda action: action.id == action_id) if city else None
        if not action:
            raise NotFound

        def tick():
            action._city_set_done(person)
            if action.done_on:
                return request.env._("“%(what)s” is done.", what=action.text)
            return request.env._("“%(what)s” is open again.", what=action.text)

        return self._act(action.id, tick, back='/my/city/actions')

    # -- shared ------------------------------------------------------------------------------------------------

    def _get_visit(self, visit_id):
        """The signed-in person and a visit of their city; anything else is not found, whether it exists or not."""
        person = request.env.user.partner_id
        city = person._get_own_city()
        visit = city._get_visits().filtered(lambda visit: visit.id == visit_id) if city else None
        if not visit:
            raise NotFound
        return person, visit

    def _with_people(self, post):
        """A form's values with every person that was ticked, not only the last."""
        return {**post, 'people': request.httprequest.form.getlist('people')}

    def _act_on_visit(self, visit, act):
        return self._act(visit.id, act, PAGE_URL)
