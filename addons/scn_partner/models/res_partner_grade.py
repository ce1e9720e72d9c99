from odoo import api, fields, models, tools
from odoo.exceptions import UserError


class ResPartnerGrade(models.Model):
    """A tier of the network's ladder, on Odoo's own partner grade.

    A grade with a ``code`` is a tier of ours; grades without one belong to the database's owner and are
    left alone.
    """

    _inherit = 'res.partner.grade'

    code = fields.Char(
        copy=False,
        help="Fixed name of the tier for automation, e.g. 'premium'. A level with a code is part of the ladder.",
    )
    rank = fields.Integer(default=0, help="Place on the ladder: a higher number includes more.")
    is_paid = fields.Boolean(string="Paid", help="Cities on this tier pay a fee.")
    activation_policy = fields.Selection(
        [('confirmation', 'On confirmation'), ('payment', 'On payment')],
        default='confirmation',
        required=True,
        string="Benefits start",
        help="When a new partnership of this tier becomes active.",
    )
    grace_days = fields.Integer(default=30, help="Days of access after a term while a renewal is decided.")
    grace_max_days = fields.Integer(
        string="Latest grace",
        default=120,
        help="Days after a term at which access ends, whatever the council does.",
    )
    fee_product_id = fields.Many2one(
        'product.product',
        string="Fee product",
        domain="[('service_tracking', '=', 'partnership')]",
        help="The product that is invoiced for this tier.",
    )
    description = fields.Text(translate=True, help="What the tier is, in one or two sentences a city reads.")
    benefit_line_ids = fields.One2many('scn.grade.benefit', 'grade_id', string="Benefits", copy=True)
    city_count = fields.Integer(string="Cities", compute='_compute_city_count')

    _code_unique = models.UniqueIndex(
        '(code) WHERE code IS NOT NULL',
        "Another tier already has this code. Codes are unique: choose another one.",
    )

    @tools.ormcache('self.id')
    def _get_benefit_ids(self):
        """Ids of the benefits this tier includes; a line of the matrix that changes makes every worker look anew.

        :return: tuple of ids, empty for no tier
        """
        return self.sudo().benefit_line_ids.benefit_id._ids

    def _compute_city_count(self):
        counts = dict(
            self.env['res.partner']._read_group(
                [('grade_id', 'in', self.ids), ('is_city', '=', True)],
                ['grade_id'],
                ['__count'],
            )
        )
        for grade in self:
            grade.city_count = counts.get(grade, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        held = (
            self.env['res.partner']
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [('grade_id', 'in', self.filtered('code').ids)],
                ['grade_id'],
            )
        )
        if held:
            raise UserError(
                self.env._(
                    "The tier “%(tier)s” is held by at least one city. Move its cities first, or archive the tier.",
                    tier=held[0][0].display_name,
                )
            )

    def action_view_cities(self):
        """Open the cities that hold this tier."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('scn_partner.res_partner_action_cities')
        action['domain'] = [('is_city', '=', True), ('grade_id', '=', self.id)]
        action['display_name'] = self.env._("Cities: %(tier)s", tier=self.name)
        return action
