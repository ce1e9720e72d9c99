from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..matching_keys import FREE_MAIL_DOMAINS, city_name_key, domain_key


class ScnCityAlias(models.Model):
    """Another name of a city (its own languages, a former name) or a mail domain its people write from."""

    _name = 'scn.city.alias'
    _description = 'City Alias'
    _order = 'organisation_id, kind, name'

    organisation_id = fields.Many2one(
        'res.partner',
        string="City",
        required=True,
        index=True,
        ondelete='cascade',
        domain="[('is_city', '=', True)]",
    )
    kind = fields.Selection([('name', 'Name'), ('domain', 'Mail domain')], required=True, default='name')
    name = fields.Char(
        string="Alias", required=True, help="A name such as “Den Haag”, or a domain such as city.example."
    )
    lang = fields.Many2one('res.lang', string="Language", help="Language of the name, where it is one.")

    def _prepare_contact_key_rows(self):
        """Rows of these aliases in ``scn.contact.key``; those without a usable key give none.

        :return: list of ``(kind, None, key)``
        """
        rows = []
        for alias in self:
            if alias.kind == 'domain':
                key = domain_key(alias.name)
                if key:
                    rows.append(('email_domain', None, key))
            else:
                key = city_name_key(alias.name)
                if key:
                    rows.append(('city_name', None, f"{key}|{alias.organisation_id.country_id.code or ''}"))
        return rows

    @api.constrains('kind', 'name')
    def _check_name(self):
        for alias in self:
            if alias.kind == 'name' and not city_name_key(alias.name):
                raise ValidationError(self.env._("The name of an alias needs at least one letter."))
            if alias.kind == 'domain' and not domain_key(alias.name):
                raise ValidationError(
                    self.env._(
                        "“%(alias)s” is not a mail domain: write what comes after the @, such as city.example.",
                        alias=alias.name,
                    )
                )
            if alias.kind == 'domain' and domain_key(alias.name) in FREE_MAIL_DOMAINS:
                raise ValidationError(
                    self.env._(
                        "“%(alias)s” belongs to a mail provider: everybody writes from it, so it says nothing about a city.",
                        alias=alias.name,
                    )
                )

    def _check_not_taken(self):
        """Refuse an alias that stands for another city already (the key decides, see ``scn.contact.key``)."""
        rows = {alias: row for alias in self for row in alias._prepare_contact_key_rows()}
        owners = self.env['scn.contact.key']._find(rows.values())
        for alias, row in rows.items():
            owner = owners[row].partner_id if row in owners else alias.organisation_id
            if owner.id != alias.organisation_id.id:
                raise ValidationError(
                    self.env._(
                        "“%(alias)s” already stands for %(city)s. If both are the same city, merge them; "
                        "otherwise remove the alias there first.",
                        alias=alias.name,
                        city=owner.display_name,
                    )
                )

    @api.constrains('organisation_id')
    def _check_organisation_is_city(self):
        for alias in self:
            if not alias.organisation_id.is_city:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is not a city: aliases are kept for cities only.",
                        name=alias.organisation_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        aliases = super().create(vals_list)
        aliases.organisation_id._refresh_contact_keys()
        aliases._check_not_taken()
        return aliases

    def write(self, vals):
        cities = self.organisation_id
        result = super().write(vals)
        if {'organisation_id', 'kind', 'name'} & vals.keys():
            (cities | self.organisation_id)._refresh_contact_keys()
            self._check_not_taken()
        return result

    def unlink(self):
        cities = self.organisation_id
        result = super().unlink()
        cities._refresh_contact_keys()
        return result
