from odoo import models


class ScnSignup(models.Model):
    """A sign-up that wants the Declaration opens a signature in interest when it is accepted, once."""

    _inherit = 'scn.signup'

    def _accept(self, create_city=False, end_old_roles=True):
        result = super()._accept(create_city=create_city, end_old_roles=end_old_roles)
        self.sudo()._open_signatures()
        return result

    def _open_signatures(self):
        """Signatures for cities that want the Declaration and have none under way; a later “no” is not undone."""
        wanting = self.filtered(lambda signup: signup.wants_declaration and signup.city_partner_id)
        declaration = self.env['scn.declaration'].search([('current_version_id', '!=', False)], limit=1)
        if not wanting or not declaration:
            return
        known = self.env['scn.declaration.signature'].search(
            [
                ('declaration_id', '=', declaration.id),
                ('partner_id', 'in', wanting.city_partner_id.ids),
                ('category', '!=', 'annulled'),
            ]
        )
        vals_list, opened = [], set()
        for signup in wanting.sorted('id'):
            city = signup.city_partner_id
            earlier = known.filtered(lambda signature, city=city: signature.partner_id == city)
            received = signup.received_at and signup.received_at.date()
            is_open = any(signature.is_live for signature in earlier)
            is_answered = any(
                received and (signature.declined_on or signature.withdrawn_on or received) >= received
                for signature in earlier
            )
            if city in opened or is_open or is_answered:
                continue
            opened.add(city)
            vals_list.append(
                {
                    'partner_id': city.id,
                    'declaration_id': declaration.id,
                    'user_id': self.env.uid,
                    'lang': signup._get_sender_lang() or city.lang,
                }
            )
        self.env['scn.declaration.signature'].create(vals_list)
