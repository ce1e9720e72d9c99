from odoo import fields, models


class ScnPartnershipUpgradeBalance(models.TransientModel):
    """A counted benefit in one window, before and after an upgrade that is being prepared."""

    _name = 'scn.partnership.upgrade.balance'
    _description = 'Benefit Before and After an Upgrade'
    _order = 'window_start, id'

    wizard_id = fields.Many2one('scn.partnership.upgrade', required=True, readonly=True, ondelete='cascade')
    benefit_id = fields.Many2one('scn.benefit', required=True, readonly=True)
    window_start = fields.Date(string="From", readonly=True)
    window_end = fields.Date(string="Until", readonly=True)
    used = fields.Integer(readonly=True)
    left_before = fields.Integer(string="Left now", readonly=True)
    left_after = fields.Integer(string="Left after", readonly=True)
