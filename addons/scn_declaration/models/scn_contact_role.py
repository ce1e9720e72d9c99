from odoo import api, models


class ScnContactRole(models.Model):
    """The commitment is the city's: a new mayor is a reason to talk, not a lapse."""

    _inherit = 'scn.contact.role'

    @api.model_create_multi
    def create(self, vals_list):
        roles = super().create(vals_list)
        roles._propose_reconfirmation()
        return roles

    def write(self, vals):
        result = super().write(vals)
        if {'date_end', 'contact_id', 'role'} & vals.keys():
            self._propose_reconfirmation()
        return result

    def _propose_reconfirmation(self):
        """A task on the city's joined signatures when a political lead changes or the mandate ends."""
        leads = self.filtered(lambda role: role.role == 'political_lead')
        signatures = (
            self.env['scn.declaration.signature']
            .sudo()
            .search(
                [
                    ('partner_id', 'in', leads.organisation_id.ids),
                    ('category', 'in', ('provisional', 'signed')),
                ]
            )
        )
        for signature in signatures:
            role = leads.filtered(lambda role, city=signature.partner_id: role.organisation_id == city)[-1:]
            # The person who signed for the city stays in office: nothing to ask.
            if role.date_end or role.date_start > signature.joined_on:
                signature._propose_reconfirmation(
                    self.env._("The political lead of %(city)s changes: introduce the Declaration and ask whether the city "
                               "stands by it. It stays in the register.", city=signature.partner_id.name),
                    role.date_end,
                )  # fmt: skip
