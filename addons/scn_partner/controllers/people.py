from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

PAGE_URL = '/my/city/people'
SESSION_MESSAGE = 'scn_people_message'


class CityPeople(CustomerPortal):
    """The people of the own city: list, invite, change, remove. The city follows from the signed-in person; somebody
    of another city is not found, whether they exist or not."""

    @http.route(PAGE_URL, type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def people_page(self, **_query):
        """Who signs in for the city, and what each may do."""
        person, city = self._get_manager_and_city()
        message = request.session.pop(SESSION_MESSAGE, None) or {}
        return request.render(
            'scn_partner.portal_people',
            {
                **self._prepare_portal_layout_values(),
                **city._prepare_people_page_values(person),
                'page_name': 'scn_city_people',
                'scn_done': message.get('done'),
                'scn_failed': message.get('failed'),
                'form': message.get('form') or {},
            },
        )

    @http.route(f'{PAGE_URL}/invite', type='http', auth='user', website=True, methods=['POST'], sitemap=False)
    def invite_colleague(self, **form):
        """Invite a colleague, or ask staff to. A second click changes nothing."""
        person, city = self._get_manager_and_city()
        form = {name: form[name] for name in ('name', 'email', 'role') if isinstance(form.get(name), str)}

        def invite():
            if city._invite_colleague(person, form) == 'sent':
                return request.env._("%(name)s gets an invitation by mail.", name=form['name'])
            return request.env._("Thank you. We check it and write to %(name)s.", name=form['name'])

        return self._act_on_people(invite, form)

    @http.route(
        f'{PAGE_URL}/<int:contact_id>/<any("change", "resend", "remove"):do>',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
        sitemap=False,
    )
    def change_colleague(self, contact_id, do, role_id='', role='', **_form):
        """Change a colleague's role, send the invitation again, or remove the colleague."""
        person, city = self._get_manager_and_city()
        roles = city.contact_role_ids.filtered(lambda held: held.is_current and held.contact_id.id == contact_id)
        if not roles:
            raise NotFound
        contact = roles.contact_id

        def change():
            held = roles.filtered(lambda held: str(held.id) == role_id)
            city._change_colleague(person, contact, held, role)
            return request.env._("The role of %(name)s is changed.", name=contact.name)

        def resend():
            city._resend_invitation(person, contact)
            return request.env._("%(name)s gets an invitation by mail.", name=contact.name)

        def remove():
            city._remove_colleague(person, contact)
            return request.env._("%(name)s is removed.", name=contact.name)

        return self._act_on_people({'change': change, 'resend': resend, 'remove': remove}[do])

    # -- steps -------------------------------------------------------------------------------------------------

    def _get_manager_and_city(self):
        person = request.env.user.partner_id
        city = person._get_own_city()
        if not city:
            raise NotFound
        return person.sudo(), city

    def _act_on_people(self, act, form=None):
        """Do what was asked and go back to the page with what came of it; what was typed stays after a refusal."""
        try:
            with request.env.cr.savepoint():
                message = {'done': act()}
        except (UserError, AccessError) as error:
            message = {'failed': str(error), 'form': form}
        request.session[SESSION_MESSAGE] = message
        return request.redirect(PAGE_URL)
