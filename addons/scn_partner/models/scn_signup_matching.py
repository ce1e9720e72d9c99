from difflib import get_close_matches

from odoo import api, models, tools

from ..matching_keys import city_name_key, email_key, parent_domains, person_key
from .scn_signup import OPEN_STATES


class ScnSignup(models.Model):
    """Which city and which contact a sign-up belongs to. Five queries per batch, none per record."""

    _inherit = 'scn.signup'

    def _match(self):
        """Find city and contact of open sign-ups and move them to *matched*, or to *review* with the reasons.

        A city that staff chose is kept.
        """
        signups = self.sudo().with_context(tracking_disable=True).filtered(lambda signup: signup.state in OPEN_STATES)
        alike = {}
        for signup, match in signups._find_matches().items():
            values = signup._prepare_match_values(*match)
            alike.setdefault(tuple(values.items()), []).append(signup.id)
        # those of one city mostly get the same values: one write for all of them
        for values, signup_ids in alike.items():
            signups.browse(signup_ids).write(dict(values))

    def _find_matches(self):
        """Match these sign-ups, stored or drafts, changing nothing.

        :return: dict sign-up → ``(city, contact there, same person elsewhere, reason codes)``; records may be empty
        """
        cities_by_name = self.env['scn.contact.key'].sudo()._find_cities(city_name_key(signup.city) for signup in self)
        domains, city_by_domain = self._find_cities_by_domain()
        people = self._find_people()
        stopped = self._find_stopped()
        matches = {}
        for signup in self:
            same = people.get(person_key(signup.email, signup.contact_name), self.env['res.partner'])
            city, reasons = signup._match_city(cities_by_name, city_by_domain, domains[signup])
            if same.filtered('news_stopped_on'):
                reasons = [*reasons, 'stopped_news']
            elif signup in stopped:
                reasons = [*reasons, 'stopped_address']
            matches[signup] = (city, *signup._match_contact(city, same), reasons)
        return matches

    def _find_stopped(self):
        """
        :return: those of these sign-ups from whose address somebody asked us to stop; two queries
        """
        addresses = {signup: tools.email_normalize(signup.email) for signup in self if signup.email}
        if not any(addresses.values()):
            return self.browse()
        stopped = (
            self.env['res.partner']
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                [('news_stopped_on', '!=', False), ('email_normalized', 'in', list(set(addresses.values()) - {False}))],
                ['email_normalized'],
            )
        )
        withdrawn = self.sudo().search_fetch(
            [('stopped_on', '!=', False), ('email', 'in', [signup.email for signup in addresses])],
            ['email'],
        )
        stopped_addresses = {
            *stopped.mapped('email_normalized'),
            *(tools.email_normalize(signup.email) for signup in withdrawn),
        } - {False}
        return self.filtered(lambda signup: addresses.get(signup) in stopped_addresses)

    def _find_cities_by_domain(self):
        """
        :return: ``(dict sign-up → its mail domains, dict domain → city)``, one query
        """
        domains = {signup: self._get_mail_domains(signup.email) for signup in self}
        rows = (
            self.env['scn.contact.key']
            .sudo()
            ._find(
                {('email_domain', None, domain) for candidates in domains.values() for domain in candidates},
            )
        )
        return domains, {key: row.partner_id for (__, __, key), row in rows.items()}

    @api.model
    def _get_mail_domains(self, email):
        address = email_key(email)
        return parent_domains(address.rpartition('@')[2]) if address else []

    def _match_city(self, cities_by_name, city_by_domain, domains):
        """
        :return: ``(city record or empty, list of reason codes)``
        """
        self.ensure_one()
        none = self.env['res.partner']
        if self.city_is_chosen and self.organisation_id:
            return self.organisation_id, []
        by_domain = next((city_by_domain[domain] for domain in domains if domain in city_by_domain), none)
        name_key = city_name_key(self.city)
        if not name_key:
            return (by_domain, ['city_by_domain_only']) if by_domain else (none, ['city_missing'])
        named = cities_by_name.get(name_key, [])
        if self.country_id:
            here = [city for code, city in named if code in (self.country_id.code, '')]
            elsewhere = bool(named) and not here
        else:
            here, elsewhere = [city for __, city in named], False
        candidates = none.union(*here)
        if by_domain and by_domain in candidates:
            return by_domain, []
        if by_domain and candidates:
            return none, ['city_and_domain_disagree']
        if len(candidates) > 1:
            return none, ['city_ambiguous']
        if candidates:
            return candidates, []
        if by_domain:
            return none, ['city_and_domain_disagree']
        return none, ['city_other_country' if elsewhere else 'city_unknown']

    def _find_people(self):
        """Contacts with the same e-mail and name, at any city.

        :return: dict person key → contacts, one query
        """
        keys = {person_key(signup.email, signup.contact_name) for signup in self if signup.contact_name}
        rows = (
            self.env['scn.contact.key']
            .sudo()
            .search(
                [('kind', '=', 'person'), ('key', 'in', [key for key in keys if key])],
                order='id',
            )
        )
        people = {}
        for row in rows:
            people[row.key] = people.get(row.key, self.env['res.partner']) | row.partner_id.sudo()
        return people

    def _match_contact(self, city, same):
        """
        :param same: contacts of this person, at any city
        :return: ``(contact at that city or empty, contact of the same person at another city or empty)``
        """
        here = same.filtered(lambda contact: contact.commercial_partner_id == city)[:1]
        # Without an address a name alone says nothing about other cities.
        elsewhere = (same - here).filtered(
            lambda contact: (
                contact.email
                and city
                and contact.commercial_partner_id != city
                and any(role.is_current for role in contact.held_role_ids)
            ),
        )[:1]
        return here, elsewhere

    def _prepare_match_values(self, city, contact, moved_from, reasons):
        """Values of the match; ``state`` follows from the doubts of the sender and of the matching."""
        self.ensure_one()
        reasons = list(reasons)
        if not self.contact_name and not self.email:
            reasons.append('contact_missing')
        if moved_from:
            reasons.append('known_at_other_city')
        return {
            'organisation_id': city.id,
            'contact_id': contact.id,
            'moved_from_id': moved_from.id,
            'match_reasons': ' '.join(reasons) or False,
            'state': 'review' if reasons or self.review_reasons else 'matched',
        }

    def action_match(self):
        """Look for city and contact again, after the text, an alias or a city changed."""
        self.check_access('write')
        self._match()
        return True

    @api.depends('city', 'country_id', 'email', 'state')
    def _compute_suggested_city_ids(self):
        """Cities that could be meant: same name elsewhere, the mail domain's, or a name spelled nearly alike."""
        open_signups = self.filtered(lambda signup: signup.state in OPEN_STATES)
        (self - open_signups).suggested_city_ids = False
        if not open_signups:
            return
        city_by_name = {}
        for row in self.env['scn.contact.key'].sudo().search([('kind', '=', 'city_name')]):
            name = row.key.rpartition('|')[0]
            city_by_name[name] = city_by_name.get(name, self.env['res.partner']) | row.partner_id
        domains, city_by_domain = open_signups._find_cities_by_domain()
        for signup in open_signups:
            name_key = city_name_key(signup.city)
            names = get_close_matches(name_key, city_by_name, n=4, cutoff=0.75) if name_key else []
            suggested = self.env['res.partner'].union(*(city_by_name[name] for name in names))
            for domain in domains[signup]:
                suggested |= city_by_domain.get(domain, self.env['res.partner'])
            signup.suggested_city_ids = suggested.sudo(self.env.su)
