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
        self._drop_double_roles(src_partners | dst_partner)
        self._join_consents(src_partners | dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        """The partnerships have moved by now: the destination's tier is theirs before Odoo joins the values."""
        dst_partner.invalidate_recordset()
        dst_partner._project_grade()
        return super()._update_values(src_partners, dst_partner)

    def _drop_double_roles(self, people):
        """One open role of a kind per person and city: of several the oldest stays."""
        roles = (
            self.env['scn.contact.role']
            .sudo()
            .search(
                [('contact_id', 'in', people.ids), ('date_end', '=', False)],
                order='date_start, id',
            )
        )
        kept = set()
        for role in roles:
            kind = (role.organisation_id.id, role.role)
            if kind in kept:
                role.unlink()
            kept.add(kind)

    def _join_consents(self, people):
        """One consent in force per purpose and body: the oldest; a withdrawal after a yes holds for both."""
        consents = self.env['scn.consent'].sudo().search([('partner_id', 'in', people.ids)], order='given_at, id')
        withdrawn = {}
        for consent in consents.filtered('withdrawn_at'):
            pair = (consent.purpose_id, consent.company_id)
            withdrawn[pair] = max(withdrawn.get(pair, consent.withdrawn_at), consent.withdrawn_at)
        kept = set()
        for consent in consents.filtered(lambda consent: not consent.withdrawn_at):
            pair = (consent.purpose_id, consent.company_id)
            if pair in kept or (pair in withdrawn and withdrawn[pair] >= consent.given_at):
                consent._withdraw('merge')
            else:
                kept.add(pair)

    def _join_memberships(self, cities):
        """Odoo takes each date from another city: a membership is taken as a whole, a current one first."""
        members = cities.filtered('task_force_since')
        if len(cities) < 2 or not members:
            return
        kept = members.sorted(lambda city: (not city.is_task_force, city.task_force_since, city.id))[0]
        for city in cities - kept:
            city.write({name: kept[name] for name in ('task_force_since', 'task_force_until', 'task_force_source')})

    def _are_listed_duplicates(self, partners):
        """Whether these are a pair of *Possible duplicates*, none of whom logs in.

        Odoo lets nobody but administrators merge contacts whose e-mail addresses differ; cities' often do.
        """
        pairs = (
            self.env['scn.contact.duplicate'].search(
                [
                    ('partner_id', 'in', partners.ids),
                    ('key_id.partner_id', 'in', partners.ids),
                    ('dismissed', '=', False),
                ],
            )
            if self.env['scn.contact.duplicate'].has_access('write')
            else self.env['scn.contact.duplicate']
        )
        owners = pairs.sudo().owner_id
        has_users = bool(partners.sudo().with_context(active_test=False).user_ids)
        return len(owners) == 1 and partners == pairs.partner_id | owners and not has_users

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Refresh the keys and the tier of what is left after a merge."""
        partners = self.env['res.partner'].browse(partner_ids)
        cities = partners.exists().filtered('is_city')
        if self._are_listed_duplicates(partners.exists()):
            partners.check_access('write')
            partners.check_access('unlink')
            # Other addons read more of a contact than an officer may (website: its visitors).
            self = self.sudo()
            dst_partner = dst_partner and dst_partner.sudo()
        self._join_memberships(cities)
        result = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        remaining = partners.exists()
        remaining._get_partners_with_keys()._refresh_contact_keys()
        remaining._project_grade()
        return result
