from odoo import models

from odoo.addons.scn_partner.models.scn_contact_role_rights import ACT_ON_DECLARATION

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
        """Whether this person's current role lets them act for the city."""
        self.ensure_one()
        return person._has_city_right(ACT_ON_DECLARATION, self)

    def _prepare_city_next_steps(self, person, values):
        """Adds what the city is expected to do about the Declaration, for those who act for it."""
        steps = super()._prepare_city_next_steps(person, values)
        texts = {
            'join': self.env._("Join the Declaration"),
            'ratify': self.env._("Confirm the council's decision on the Declaration"),
            'reconfirm': self.env._("Read the new text of the Declaration"),
        }
        purpose = values['signature_purpose']
        if purpose and values['may_act_on_declaration']:
            steps.append(
                {
                    'on': values['signature'].ratify_before or None if purpose == 'ratify' else None,
                    'text': texts[purpose],
                    'label': self.env._("Open"),
                    'url': '/my/city/declaration',
                }
            )
        return steps

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

    def _hand_over_items(self, contact, successor):
        """Adds the links of the Declaration that wait for a person who does not act for the city any more: taken back,
        and the successor gets one of their own."""
        lines = super()._hand_over_items(contact, successor)
        if contact._has_city_right(ACT_ON_DECLARATION, self):
            return lines
        links = (
            self.env['scn.declaration.link']
            .sudo()
            .search(
                [
                    ('partner_id', '=', contact.id),
                    ('signature_id.partner_id', '=', self.id),
                    ('state', 'in', ('open', 'requested')),
                ],
            )
        )
        for link in links:
            link.state = 'revoked'
            signature = link.signature_id
            if successor.email and signature.is_live and signature._get_city_purpose() == link.purpose:
                link._issue(signature, successor)
                lines.append(self.env._("The link of the Declaration goes to %(person)s", person=successor.name))
            else:
                lines.append(self.env._("The link of the Declaration was taken back"))
        return lines
