from datetime import timedelta

from odoo import fields, models

from .scn_contact_role_rights import ACCEPT_QUOTATION, MANAGE_PEOPLE, SEE_MONEY
from .scn_partnership import LIVE_STATES

#: Days before the end of a mandate that the city is asked to name who follows.
MANDATE_ENDS_SOON_DAYS = 60


class ResPartner(models.Model):
    """What a city's people see of their city on its portal page. Called with rights of the superuser, so every
    value is chosen here: nothing internal, nothing of another city."""

    _inherit = 'res.partner'

    def _get_own_city(self):
        """City this person works for, or an empty record."""
        self.ensure_one()
        city = self.sudo().commercial_partner_id
        return city if city.is_city else city.browse()

    def _may_see_money(self, city):
        """Whether this person's current role for the city includes invoices and quotations."""
        return self._has_city_right(SEE_MONEY, city)

    def _prepare_city_page_values(self, person):
        """Everything the page “Our city” shows, in a constant number of queries.

        :param person: the signed-in contact, who works for this city
        :return: dict for the template ``scn_partner.portal_city``; other addons add their own keys
        """
        self.ensure_one()
        city = self.sudo()
        partnership = city.partnership_ids.filtered(lambda record: record.state in LIVE_STATES)[:1]
        latest = partnership or city.partnership_ids.filtered(lambda record: record.state == 'lapsed')[:1]
        today = fields.Date.context_today(self)
        sees_money = person._may_see_money(city)
        entitlements = partnership.entitlement_ids.filtered(
            lambda record: record.window_start <= today <= record.window_end and record.quota,
        )
        return {
            'city': city,
            'tier': city.grade_id,
            'partnership': latest,
            'is_running': bool(partnership),
            'benefits': city.grade_id.benefit_line_ids,
            'entitlements': {record.benefit_id: record for record in entitlements},
            'roles': city.contact_role_ids.filtered('is_current'),
            'sees_money': sees_money,
            'accepts_quotations': person._has_city_right(ACCEPT_QUOTATION, city),
            'manages_people': person._has_city_right(MANAGE_PEOPLE, city),
            'invoices': latest._get_portal_invoices() if sees_money else self.env['account.move'],
            'quotations': city._get_open_quotations() if sees_money else self.env['sale.order'],
        }

    def _get_open_quotations(self):
        """Quotations that wait for this city's acceptance: an expired one cannot be accepted any more."""
        return (
            self.env['sale.order']
            .sudo()
            .search(
                [
                    ('partner_id', 'child_of', self.ids),
                    ('state', '=', 'sent'),
                    '|',
                    ('validity_date', '=', False),
                    ('validity_date', '>=', fields.Date.context_today(self)),
                ],
                order='validity_date, id',
            )
        )

    def _get_city_next_steps(self, person, values):
        """What the top of the page asks for, soonest first; what has no date comes last.

        :param dict values: what ``_prepare_city_page_values`` returned
        :return: list of dicts, see ``_prepare_city_next_steps``
        """
        steps = self._prepare_city_next_steps(person, values)
        return sorted(steps, key=lambda step: (not step['on'], step['on'] or fields.Date.context_today(self)))

    def _prepare_city_next_steps(self, person, values):
        """What this person can do next for the city. Every addon adds what its block asks for, from the values that the
        page has read already: no query per record.

        :return: list of dicts ``{'on': date or None, 'text': str, 'label': str, 'url': str}``
        """
        self.ensure_one()
        steps = []
        if values['accepts_quotations']:
            steps += [
                {
                    'on': quotation.validity_date or None,
                    'text': self.env._("Answer the quotation %(number)s", number=quotation.name),
                    'label': self.env._("Read and accept"),
                    'url': quotation.get_portal_url(),
                }
                for quotation in values['quotations']
            ]
        steps += [
            {
                'on': invoice.invoice_date_due or None,
                'text': self.env._("Pay the invoice %(number)s", number=invoice.name),
                'label': self.env._("Open the invoice"),
                'url': f'/my/city/invoice/{invoice.id}',
            }
            for invoice in values['invoices']
            if invoice.move_type == 'out_invoice' and invoice.payment_state in ('not_paid', 'partial')
        ]
        return steps + (self._prepare_people_steps(values['roles']) if values['manages_people'] else [])

    def _prepare_people_steps(self, roles):
        """Name who follows where a mandate ends soon, and who leads where nobody does."""
        last_day = fields.Date.context_today(self) + timedelta(days=MANDATE_ENDS_SOON_DAYS)
        link = {'label': self.env._("Your city's people"), 'url': '/my/city/people'}
        steps = [
            {
                **link,
                'on': role.date_end,
                'text': self.env._("The mandate of %(person)s ends: name who follows", person=role.contact_id.name),
            }
            for role in roles
            if role.date_end and role.date_end <= last_day
        ]
        if not any(role.role == 'staff_lead' for role in roles):
            steps.append({**link, 'on': None, 'text': self.env._("Name a staff lead for your city")})
        return steps
