from odoo import fields, models


class ScnOverdueLevel(models.Model):
    """One step of reminding about an unpaid invoice, and what a city cannot use meanwhile.

    Reading rights come last, the Declaration is never touched, and nobody who is elected is ever written to.
    """

    _name = 'scn.overdue.level'
    _description = 'Overdue Level'
    _order = 'days, id'

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    days = fields.Integer(string="Days after the due date", required=True)
    template_id = fields.Many2one(
        'mail.template',
        string="Mail",
        domain="[('model', '=', 'account.move')]",
        ondelete='restrict',
        help="Sent once per invoice; empty for a level without a mail.",
    )
    limited_benefit_ids = fields.Many2many(
        'scn.benefit',
        string="Benefits that rest",
        help="What the city cannot use from this level on.",
    )

    _days_unique = models.Constraint('UNIQUE (days)', "There is a level for this number of days already.")
    _days_positive = models.Constraint('CHECK (days >= 0)', "Days after the due date cannot be negative.")
