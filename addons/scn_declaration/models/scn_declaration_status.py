from odoo import fields, models

from .scn_declaration_stage import CATEGORIES


class ScnDeclarationStatus(models.Model):
    """What a city was to a declaration from one day to another: the register reads this, *as of* any day.

    ``valid_from`` is the first day, ``valid_to`` the first day on which it was no longer so (empty: still is).
    Written by moves only; a late entry shows when it was recorded.
    """

    _name = 'scn.declaration.status'
    _description = 'Status of a City on a Day'
    _order = 'signature_id, valid_from, id'
    _rec_name = 'category'

    signature_id = fields.Many2one(
        'scn.declaration.signature', required=True, readonly=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='signature_id.company_id', store=True)
    declaration_id = fields.Many2one(related='signature_id.declaration_id', store=True, index=True)
    category = fields.Selection(CATEGORIES, required=True, readonly=True)
    version_id = fields.Many2one('scn.declaration.version', required=True, readonly=True, ondelete='restrict')
    valid_from = fields.Date(string="From", required=True, readonly=True)
    valid_to = fields.Date(string="Until", readonly=True, help="First day on which it was no longer so.")
    recorded_at = fields.Datetime(required=True, readonly=True)

    _dates_order = models.Constraint(
        'CHECK (valid_to IS NULL OR valid_to > valid_from)', "A status cannot end before it starts."
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int4range(signature_id, signature_id, '[]') WITH &&,
            daterange(valid_from, valid_to) WITH &&
        )""",
        "A city has one status on a day.",
    )
    #: All that counting the register of a day reads.
    _declaration_day = models.Index('(declaration_id, category, valid_from, valid_to)')
