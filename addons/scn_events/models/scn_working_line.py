from odoo import fields, models


class ScnWorkingLine(models.Model):
    """A theme that runs through an event, such as “Data” at the Stand Lab."""

    _name = 'scn.working.line'
    _description = 'Working Line'
    _order = 'sequence, id'

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True, help="What is worked on, in one or two sentences a city reads.")
    color = fields.Integer()
