from odoo import fields, models


class ScnDeclarationSignature(models.Model):
    """Annulling: what was entered by mistake never counted, on no day.

    The register reads the statuses, so an annulled entry keeps none of those it had. Nothing is lost: each entry of the
    log holds the history as it was after its move, and the last one says *annulled*.
    """

    _inherit = 'scn.declaration.signature'

    def _check_can_annul(self, reason):
        self._check_can_move('annul', fields.Date.context_today(self))
        self._check_reason(reason, 'annul')

    def _prepare_annul_values(self, reason):
        return {'annulled_on': fields.Date.context_today(self), 'reason_id': reason.id}

    def _annul(self, reason):
        """The entry was a mistake: the register as of any day does not know it, and the city may be entered again.

        Undone by nothing; a city that did join is entered anew. Facts and evidence stay on the record as they were.

        :param reason: a ``scn.declaration.reason`` of the kind ``annul``
        :raises UserError: when it is not possible
        """
        self._lock()
        self._check_can_annul(reason)
        values, was = self._prepare_annul_values(reason), self.category
        self.sudo().status_ids.unlink()
        return self._make_move('annul', values, details={'was': was})
