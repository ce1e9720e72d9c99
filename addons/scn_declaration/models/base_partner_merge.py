from odoo import fields, models

#: The one that is kept of two live signatures: the furthest, then the one that joined first.
ORDER = ('signed', 'provisional', 'validation', 'review', 'interest')


class MergePartnerAutomatic(models.TransientModel):
    """Merged cities keep one live signature per declaration, and every log."""

    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Where a unique index refuses a row, Odoo deletes it: so the double ones are closed before."""
        signatures = (
            self.env['scn.declaration.signature']
            .sudo()
            .search([('partner_id', 'in', (src_partners | dst_partner).ids)])
        )
        signatures._close_doubles()
        moved = signatures.filtered(lambda signature: signature.partner_id in src_partners)
        origins = {signature: signature.partner_id.id for signature in moved}
        self.env.flush_all()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()
        moved.modified(['partner_id'])
        for signature, origin in origins.items():
            signature._append('merge', details={'city_before': origin})
        return result


class ScnDeclarationSignature(models.Model):
    _inherit = 'scn.declaration.signature'

    def _close_doubles(self):
        """Of several live signatures of one declaration the furthest stays; the others are closed, logs intact."""
        for signatures in self.filtered(lambda signature: signature.is_live).grouped('declaration_id').values():
            ranked = signatures.sorted(
                lambda signature: (
                    ORDER.index(signature.category),
                    signature.joined_on or fields.Date.context_today(self),
                    signature.id,
                )
            )
            for double in ranked[1:]:
                double._close_as_double(ranked[0])

    def _close_as_double(self, kept):
        """Close a signature because another of the same city stays; it leaves the register without a trace of its own."""
        self.ensure_one()
        self._lock()
        self.status_ids.unlink()
        self._write_facts(
            {
                'stage_id': self._get_stage('declined').id,
                'declined_on': fields.Date.context_today(self),
                'date_last_stage_update': fields.Datetime.now(),
            }
        )
        self._append('merge', details={'kept': kept.name})
        self._after_move('merge')
