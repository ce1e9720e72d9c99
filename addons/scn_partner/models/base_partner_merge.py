from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Free the keys of the merged contacts first.

        Odoo moves the rows of every table to the destination and, where a unique index refuses one, deletes
        them all. Keys are derived, so they are dropped here and computed again after the merge.
        """
        keys = self.env['scn.contact.key'].sudo()
        keys.search([('partner_id', 'in', src_partners.ids)]).unlink()
        self.env['scn.contact.duplicate'].sudo().search(
            ['|', ('partner_id', 'in', src_partners.ids), ('key_id.partner_id', 'in', src_partners.ids)],
        ).unlink()
        # People of a merged city keep their keys under the old organisation until it is refreshed below.
        keys.search([('organisation_id', 'in', src_partners.ids)]).unlink()
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Refresh the keys and the tier of what is left after a merge."""
        partners = self.env['res.partner'].browse(partner_ids)
        result = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        remaining = partners.exists()
        remaining._get_partners_with_keys()._refresh_contact_keys()
        remaining._project_grade()
        return result
