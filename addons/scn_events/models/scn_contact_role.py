from odoo import fields, models


class ScnContactRole(models.Model):
    """Somebody of the city may name its participants without leading on the topic."""

    _inherit = 'scn.contact.role'

    role = fields.Selection(
        selection_add=[('event_coordinator', 'Event coordinator')],
        ondelete={'event_coordinator': 'cascade'},
    )
