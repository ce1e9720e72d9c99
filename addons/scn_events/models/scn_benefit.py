from odoo import models


class ScnBenefit(models.Model):
    """Which tier would do, for whoever reads that theirs does not."""

    _inherit = 'scn.benefit'

    def _get_lowest_tier(self):
        """The lowest tier that includes this benefit; may be empty."""
        self.ensure_one()
        return self.sudo().grade_line_ids.grade_id.filtered('code').sorted('rank')[:1]
