from odoo import models

from ..matching_keys import city_name_key, person_key

#: Fields whose change may change a city's or a contact's key.
KEY_FIELDS = frozenset({'name', 'email', 'parent_id', 'is_company', 'is_city', 'country_id', 'active'})


class ResPartner(models.Model):
    """How cities and contacts keep their rows in ``scn.contact.key`` (see there)."""

    _inherit = 'res.partner'

    def _touches_contact_keys(self, vals):
        return not KEY_FIELDS.isdisjoint(vals)

    def _get_partners_with_keys(self):
        """These partners and, for cities, their contacts: everybody whose keys depend on them."""
        cities = self.filtered('is_city')
        if not cities:
            return self
        contacts = (
            self.env['res.partner']
            .sudo()
            .with_context(active_test=False)
            .search(
                [('parent_id', 'child_of', cities.ids)],
            )
        )
        return self | contacts.sudo(self.env.su)

    def _prepare_contact_key_rows(self):
        """Rows this city or contact should own in ``scn.contact.key``; none for anybody else.

        :return: list of ``(kind, organisation id or None, key)``
        """
        self.ensure_one()
        if not self.active:
            return []
        if self.is_city:
            key = city_name_key(self.name)
            own = [('city_name', None, f"{key}|{self.country_id.code or ''}")] if key else []
            return own + self.city_alias_ids._prepare_contact_key_rows()
        organisation = self.commercial_partner_id
        if organisation == self or not organisation.is_city or self.is_company:
            return []
        key = person_key(self.email, self.name)
        # Without a name it is an address of the organisation, not a person.
        return [('person', organisation.id, key)] if key and not key.endswith('|') else []

    def _refresh_contact_keys(self):
        """Bring the key rows of these partners up to date; a key that another one owns is listed as duplicate."""
        if self:
            self.env['scn.contact.key'].sudo()._replace_rows(
                {partner.id: partner._prepare_contact_key_rows() for partner in self.sudo()},
            )

    def unlink(self):
        """Deleting the owner of a key hands it to the duplicate that waited for it."""
        waiting = (
            self.env['scn.contact.duplicate']
            .sudo()
            .search(
                [('key_id.partner_id', 'in', self.ids), ('partner_id', 'not in', self.ids)],
            )
            .partner_id
        )
        result = super().unlink()
        waiting.exists()._refresh_contact_keys()
        return result
