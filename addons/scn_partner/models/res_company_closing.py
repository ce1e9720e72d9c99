from odoo import fields, models


class ResCompany(models.Model):
    """Where a body books what is invoiced and not yet earned; remembered from its last closing entry."""

    _inherit = 'res.company'

    scn_deferred_account_id = fields.Many2one(
        'account.account',
        string="Deferred partnership revenue",
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        help="Liability account of fees that are invoiced and not yet earned.",
    )
    scn_closing_journal_id = fields.Many2one(
        'account.journal',
        string="Journal of the closing entry",
        domain="[('type', '=', 'general')]",
    )
