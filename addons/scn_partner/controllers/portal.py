from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request

from odoo.addons.portal.controllers.portal import CustomerPortal


class CityPortal(CustomerPortal):
    """The page “Our city”: which city it is follows from the signed-in person, never from the request."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if 'scn_city_count' in counters:
            values['scn_city_count'] = 1 if request.env.user.partner_id._get_own_city() else 0
        return values

    @http.route('/my/city', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def city_page(self, **_query):
        """Tier, what is included, periods, invoices and people of the own city."""
        person = request.env.user.partner_id
        city = person._get_own_city()
        values = self._prepare_portal_layout_values()
        values['page_name'] = 'scn_city'
        if not city:
            return request.render('scn_partner.portal_no_city', values)
        values.update(city._prepare_city_page_values(person))
        values['next_steps'] = city._get_city_next_steps(person, values)
        return request.render('scn_partner.portal_city', values)

    @http.route(
        '/my/city/invoice/<int:invoice_id>', type='http', auth='user', website=True, methods=['GET'], sitemap=False
    )
    def city_invoice(self, invoice_id, **_query):
        """An invoice of the own city's partnership as PDF, also where another organisation pays it.

        An invoice that is not among them is not found, whether it exists or not.
        """
        person = request.env.user.partner_id
        city = person._get_own_city()
        if not city or not person._may_see_money(city):
            raise NotFound
        invoice = city.partnership_ids._get_portal_invoices().filtered(lambda move: move.id == invoice_id)
        if not invoice:
            raise NotFound
        try:
            pdf, __ = request.env['ir.actions.report'].sudo()._render_qweb_pdf('account.account_invoices', invoice.ids)
        except UserError:
            return request.render('scn_partner.portal_no_pdf', {'page_name': 'scn_city'})
        name = f"{(invoice.name or 'invoice').replace('/', '-')}.pdf"
        return request.make_response(
            pdf,
            headers=[
                ('Content-Type', 'application/pdf'),
                ('Content-Disposition', content_disposition(name)),
            ],
        )

    @http.route('/my/city/packet', type='http', auth='user', website=True, methods=['GET'], sitemap=False)
    def city_packet(self, **_query):
        """The renewal packet of the own city's running partnership as PDF; fees and invoices for those who see them.

        Not found for a person without a city, and for a city without a running partnership.
        """
        person = request.env.user.partner_id
        city = person._get_own_city()
        values = city._prepare_city_page_values(person) if city else {}
        if not values.get('is_running'):
            raise NotFound
        report = request.env['ir.actions.report'].sudo()
        try:
            pdf, __ = report._render_qweb_pdf(
                'scn_partner.action_report_renewal_packet',
                values['partnership'].ids,
                data={'show_money': values['sees_money']},
            )
        except UserError:
            return request.render('scn_partner.portal_no_packet', {'page_name': 'scn_city'})
        return request.make_response(
            pdf,
            headers=[
                ('Content-Type', 'application/pdf'),
                ('Content-Disposition', content_disposition(f'{city.name}.pdf')),
            ],
        )
