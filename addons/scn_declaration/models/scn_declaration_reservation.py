from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ScnDeclarationReservation(models.Model):
    """A city agrees in general terms and says something about one article. Every change is in the log."""

    _name = 'scn.declaration.reservation'
    _description = 'Reservation on an Article'
    _order = 'signature_id, article_id, id'

    signature_id = fields.Many2one('scn.declaration.signature', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one(related='signature_id.company_id', store=True)
    version_id = fields.Many2one(related='signature_id.version_id')
    article_id = fields.Many2one('scn.declaration.article', required=True, index=True, ondelete='restrict')
    note = fields.Text(required=True)
    visibility = fields.Selection(
        [('internal', 'Internal'), ('public', 'In the public register')], required=True, default='internal'
    )

    @api.constrains('article_id', 'signature_id')
    def _check_article_of_declaration(self):
        for reservation in self:
            if reservation.article_id.version_id.declaration_id != reservation.signature_id.declaration_id:
                raise ValidationError(
                    self.env._("The article belongs to another declaration: choose one of this text.")
                )

    @api.model
    def _add(self, signature, vals_list):
        """Reservations that a move brings along: the move's entry in the log names them."""
        rows = [{**vals, 'signature_id': signature.id} for vals in vals_list]
        return super().create(rows)  # pylint: disable=super-method-mismatch

    @api.model_create_multi
    def create(self, vals_list):
        reservations = super().create(vals_list)
        reservations._log('reserve')
        return reservations

    def write(self, vals):
        if 'signature_id' in vals:
            raise UserError(self.env._("A reservation stays with its city: delete it and add another."))
        result = super().write(vals)
        self._log('reserve')
        return result

    def unlink(self):
        signatures = self.signature_id
        result = super().unlink()
        for signature in signatures.sudo():
            signature._append('reserve')
        return result

    def _log(self, move):
        for signature in self.signature_id.sudo():
            signature._append(move)

    def _erase(self):  # pylint: disable=missing-return
        """Destroy the words of reservations; that there was one on an article stays."""
        if self:
            super().write({'note': self.env._("(erased)")})  # pylint: disable=super-method-mismatch
