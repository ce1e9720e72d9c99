from odoo import api, fields, models


class ScnContactDuplicate(models.Model):
    """A city or contact whose key another one already owns: listed for merging, never blocking anything."""

    _name = 'scn.contact.duplicate'
    _description = 'Possible Duplicate'
    _order = 'id desc'
    _rec_name = 'partner_id'

    partner_id = fields.Many2one('res.partner', string="Duplicate", required=True, index=True, ondelete='cascade')
    key_id = fields.Many2one('scn.contact.key', required=True, index=True, ondelete='cascade')
    owner_id = fields.Many2one(related='key_id.partner_id', string="Already there")
    kind = fields.Selection(related='key_id.kind')
    organisation_id = fields.Many2one(related='key_id.organisation_id', string="City")
    dismissed = fields.Boolean(help="Looked at: these are two different ones.")

    _partner_key_unique = models.Constraint('UNIQUE (partner_id, key_id)', "This pair is already listed.")

    @api.model
    def _replace_collisions(self, partner_ids, collisions):
        """Make the list for these partners equal the collisions found now; a dismissed pair stays dismissed.

        :param partner_ids: partners whose collisions were computed
        :param collisions: set of ``(partner id, key id)``
        """
        existing = self.search([('partner_id', 'in', list(partner_ids))])
        existing.filtered(lambda pair: (pair.partner_id.id, pair.key_id.id) not in collisions).unlink()
        listed = {(pair.partner_id.id, pair.key_id.id) for pair in existing.exists()}
        self.create(
            [{'partner_id': partner_id, 'key_id': key_id} for partner_id, key_id in sorted(collisions - listed)]
        )

    def action_merge(self):
        """Open Odoo's merge wizard on the two, the one that was there first as destination."""
        self.ensure_one()
        self.check_access('write')
        wizard = (
            self.env['base.partner.merge.automatic.wizard']
            .with_context(
                active_model='res.partner',
                active_ids=[self.owner_id.id, self.partner_id.id],
            )
            .create({'dst_partner_id': self.owner_id.id})
        )
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Merge Duplicates"),
            'res_model': wizard._name,
            'res_id': wizard.id,
            'view_mode': 'form',
            'target': 'new',
        }

    def action_dismiss(self):
        """Take the pair off the list: they are two different ones."""
        self.dismissed = True
        return True

    def action_restore(self):
        """Put the pair back on the list."""
        self.dismissed = False
        return True
