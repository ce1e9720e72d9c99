from odoo import fields, models

from .scn_appointment import OPEN_STATES


class ScnEntitlement(models.Model):
    """What is asked for or proposed is planned: nobody is reminded to plan it."""

    _inherit = 'scn.entitlement'

    scn_guard = fields.Integer(default=0, copy=False, groups='base.group_system', help="Counts requests in line.")

    def _filter_unplanned(self):
        planned = (
            self.env['scn.appointment']
            .sudo()
            ._read_group(
                [('entitlement_id', 'in', self.ids), ('state', 'in', OPEN_STATES)], ['entitlement_id'], ['__count']
            )
        )
        counts = {entitlement.id: count for entitlement, count in planned}
        return super()._filter_unplanned().filtered(lambda one: one.left > counts.get(one.id, 0))
