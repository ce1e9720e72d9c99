from odoo import fields, models

from ..visit_day_check import CONVERSATIONS, PLENARY

KINDS = [
    ('session', 'Session'),
    ('conversation', 'One-on-one conversation'),
    ('lunch', 'Lunch'),
    ('break', 'Break'),
]


class ScnAppointmentFormat(models.Model):
    """What a part of a visit day may be, such as a workshop: what a city chooses from. The list is yours to edit."""

    _name = 'scn.appointment.format'
    _description = 'Format of a Visit'
    _order = 'sequence, id'

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    name = fields.Char(required=True, translate=True)
    description = fields.Text(translate=True, help="What it is, in one or two sentences a city reads.")
    kind = fields.Selection(
        KINDS,
        required=True,
        default='session',
        help="A conversation stands in the lane beside the plenary; lunch and breaks are what the check of the day looks for.",
    )
    minutes = fields.Integer(required=True, default=60, help="How long it usually lasts.")
    audience = fields.Char(translate=True, help="Who usually takes part.")
    preparation_city = fields.Text(string="The city prepares", translate=True)
    preparation_foundation = fields.Text(string="We prepare", translate=True)

    _minutes_positive = models.Constraint('CHECK (minutes > 0)', "A format lasts at least a minute.")

    def _get_lane(self):
        """Lane of a block of this format."""
        self.ensure_one()
        return CONVERSATIONS if self.kind == 'conversation' else PLENARY
