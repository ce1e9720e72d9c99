from odoo import models


class ScnPartnership(models.Model):
    """How other records open a partnership."""

    _inherit = 'scn.partnership'

    def _get_form_action(self):
        """Action that opens this partnership, for somebody who may read it.

        :raises AccessError: for anybody else
        """
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'scn.partnership',
            'res_id': self.id,
            'views': [(False, 'form')],
        }
