from odoo import api, fields, models


class ScnOpeningImportTotal(models.TransientModel):
    """Sums of one currency: in the table, of what can be loaded, and in the ledger afterwards."""

    _name = 'scn.opening.import.total'
    _description = 'Totals of an Opening Import'
    _order = 'currency_id'

    import_id = fields.Many2one('scn.opening.import', required=True, ondelete='cascade', index=True)
    currency_id = fields.Many2one('res.currency', readonly=True, help="Empty for lines whose currency is not active.")
    line_count = fields.Integer(string="Lines", readonly=True)
    amount = fields.Monetary(string="Fees in the table", readonly=True)
    good_count = fields.Integer(string="Can be loaded", readonly=True)
    amount_good = fields.Monetary(string="Their fees", readonly=True)
    loaded_count = fields.Integer(string="Loaded", readonly=True)
    amount_loaded = fields.Monetary(string="Fees in the ledger", readonly=True)
    difference = fields.Monetary(string="Table less ledger", compute='_compute_difference')
    is_reconciled = fields.Boolean(compute='_compute_difference')

    @api.depends('amount', 'amount_loaded', 'line_count', 'loaded_count')
    def _compute_difference(self):
        for total in self:
            difference = total.amount - total.amount_loaded
            total.difference = total.currency_id.round(difference) if total.currency_id else difference
            total.is_reconciled = total.line_count == total.loaded_count and not total.difference
