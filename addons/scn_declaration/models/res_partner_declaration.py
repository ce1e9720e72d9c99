from odoo import models

from .scn_declaration_signature_city_act import ACTING_ROLES
from .scn_declaration_stage import CLOSED_CATEGORIES


class ResPartner(models.Model):
    """What a city's people see of the Declaration on their page. Called with the rights of the superuser, as the rest
    of that page: every value is chosen here, nothing of another city."""

    _inherit = 'res.partner'

    def _prepare_city_page_values(self, person):
        values = super()._prepare_city_page_values(person)
        signature = self.sudo()._get_declaration_signature()
        values.update(
            declaration=self._get_open_declaration(),
            signature=signature,
            signature_purpose=signature._get_city_purpose() if signature else None,
            may_act_on_declaration=self._may_act_on_declaration(person),
        )
        return values

    def _get_open_declaration(self):
        """The declaration of the public register: the first one with a published text; may be empty."""
        return self.env['scn.declaration'].sudo().search([('current_version_id', '!=', False)], limit=1)

    def _get_declaration_signature(self):
        """The city's live signature of that declaration; after a no, a withdrawal or a mistake a new interest is welcome."""
        self.ensure_one()
        signatures = self.env['scn.declaration.signature'].sudo()
        domain = [('partner_id', '=', self.id), ('declaration_id', '=', self._get_open_declaration().id)]
        return signatures.search([*domain, ('category', 'not in', CLOSED_CATEGORIES)], limit=1)

    def _may_act_on_declaration(self, person):
        """Whether this person's current role lets them act for the city: political lead or staff lead."""
        self.ensure_one()
        return any(
            role.is_current and role.role in ACTING_ROLES and role.organisation_id == self
            for role in person.sudo().held_role_ids
        )

    def _open_declaration_interest(self, person):
        """The city says that it is interested; staff look at it next."""
        self.ensure_one()
        declaration = self._get_open_declaration()
        signature = (
            self.env['scn.declaration.signature']
            .sudo()
            .create(
                {
                    'partner_id': self.id,
                    'declaration_id': declaration.id,
                    'lang': person.lang or self.lang,
                    'user_id': declaration.user_id.id,
                }
            )
        )
        signature.message_post(
            body=self.env._("%(person)s said in the portal that the city is interested.", person=person.name),
            message_type='notification',
            subtype_xmlid='mail.mt_note',
        )
        return signature
