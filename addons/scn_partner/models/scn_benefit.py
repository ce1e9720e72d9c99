from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ScnBenefit(models.Model):
    """Something a tier may include: an access, a counted service, or a right to ask."""

    _name = 'scn.benefit'
    _description = 'Benefit'
    _order = 'sequence, id'

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="Fixed name for automation and gates, e.g. 'summit_live'. Do not change it once it is used.",
    )
    kind = fields.Selection(
        [
            ('access', 'Access'),
            ('counted', 'Counted'),
            ('request', 'Right to ask'),
        ],
        required=True,
        default='access',
        help="Access: has it or not. Counted: a number per year, quarter or term. Right to ask: may propose.",
    )
    how_to_url = fields.Char(string="Address", help="Where a city gets in, e.g. the address of the lexicon.")
    how_to_text = fields.Html(
        string="How to get in",
        translate=True,
        help="Shown to cities whose tier includes the benefit.",
    )
    grade_line_ids = fields.One2many('scn.grade.benefit', 'benefit_id', string="Tiers")

    _code_unique = models.Constraint(
        'UNIQUE (code)',
        "Another benefit already has this code. Codes are unique: choose another one.",
    )

    @api.constrains('kind')
    def _check_kind_fits_tiers(self):
        """A benefit that tiers include keeps its kind: a number without a period would mean nothing."""
        for benefit in self:
            if any(bool(line.per) != (benefit.kind == 'counted') for line in benefit.grade_line_ids):
                raise ValidationError(
                    self.env._(
                        "“%(benefit)s” is part of a tier: take it out of all tiers first, then change its kind.",
                        benefit=benefit.name,
                    )
                )

    @api.model
    def get_matrix(self):
        """Everything the matrix view shows, in a constant number of reads.

        :return: ``{'editable': bool, 'tiers': [{'id', 'name', 'code', 'is_paid', 'city_count'}],
            'benefits': [{'id', 'name', 'code', 'kind'}],
            'cells': [{'id', 'grade_id', 'benefit_id', 'quantity', 'per'}]}``;
            tiers from low to high rank, benefits in their own order.
        :raises AccessError: when the user may not read tiers or benefits.
        """
        tiers = self.env['res.partner.grade'].search([('code', '!=', False)], order='rank, id')
        benefits = self.search([])  # pylint: disable=no-search-all
        lines = self.env['scn.grade.benefit'].search(
            [('grade_id', 'in', tiers.ids), ('benefit_id', 'in', benefits.ids)],
        )
        return {
            'editable': lines.has_access('write'),
            'tiers': [
                {
                    'id': tier.id,
                    'name': tier.name,
                    'code': tier.code,
                    'is_paid': tier.is_paid,
                    'city_count': tier.city_count,
                }
                for tier in tiers
            ],
            'benefits': [
                {'id': benefit.id, 'name': benefit.name, 'code': benefit.code, 'kind': benefit.kind}
                for benefit in benefits
            ],
            'cells': [
                {
                    'id': line.id,
                    'grade_id': line.grade_id.id,
                    'benefit_id': line.benefit_id.id,
                    'quantity': line.quantity,
                    'per': line.per or False,
                }
                for line in lines
            ],
        }
