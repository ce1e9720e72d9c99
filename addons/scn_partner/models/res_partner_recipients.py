from odoo import fields, models, tools
from odoo.fields import Domain

from .scn_signup_mail import STOP_SCOPE


class ResPartner(models.Model):
    """Who gets news and the magazine, and how each of them stops it with one click."""

    _inherit = 'res.partner'

    def _get_recipients(self, purpose_code, company=None, lang=None):
        """People of cities that mails of a purpose go to: the city's tier includes the benefit of the same code, the
        person agreed to this body and did not stop. Each address once. A constant number of queries, whoever is owed
        or owes nothing.

        :param str purpose_code: ``news`` or ``magazine``: code of the consent's purpose and of the benefit
        :param company: the body that sends; the current one by default
        :param str lang: only people who read this language
        :return: contacts with the rights of the superuser, by city and name
        """
        domain = (
            self._get_may_send_domain(purpose_code, company)
            & Domain('is_company', '=', False)
            & Domain('commercial_partner_id.is_city', '=', True)
            & Domain('commercial_partner_id.grade_id.benefit_line_ids.benefit_id.code', '=', purpose_code)
        )
        if lang:
            domain &= Domain('lang', '=', lang)
        found = self.sudo().search(domain, order='commercial_partner_id, name, id')
        cities = found.commercial_partner_id
        closed = cities - cities._filter_hold_benefit(purpose_code)
        by_address = {}
        for person in found:
            if person.commercial_partner_id not in closed:
                by_address.setdefault(person.email_normalized, person)
        return self.sudo().union(*by_address.values())

    def _filter_hold_benefit(self, code):
        """Those of these cities that may use a benefit now. Only those that pause or owe something are asked one by one.

        :param str code: code of the benefit
        """
        today = fields.Date.context_today(self)
        paused = self.env['scn.partnership'].sudo().search(
            [('partner_id', 'in', self.ids), ('state', '=', 'paused')]
        ).partner_id  # fmt: skip
        debtors = self.browse(
            [debtor.id for __, debtor, __ in self.env['scn.overdue.notice'].sudo()._get_overdue(today)]
        )
        doubtful = self & (paused | debtors)
        return self - doubtful.filtered(lambda city: not city._holds_benefit(code, today))

    # -- one click to stop -------------------------------------------------------------------------------------

    def _get_stop_url(self):
        """Address of the stop page for the text of a mail; the token travels in the fragment, which no server sees."""
        self.ensure_one()
        return f"{self.get_base_url()}/sharing-cities/stop#{self._get_stop_token()}"

    def _get_stop_token(self):
        return tools.hash_sign(self.sudo().env, STOP_SCOPE, {'person': self.id})

    def _stop_news(self):
        """Record that this person wants no further news; the same address elsewhere, too. Twice changes nothing."""
        self.ensure_one()
        people = self.sudo()
        if self.email_normalized:
            people |= people.search([('email_normalized', '=', self.email_normalized)])
        people.filtered(lambda person: not person.news_stopped_on).news_stopped_on = fields.Datetime.now()
