from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..distances import kilometres


class ScnTripStop(models.Model):
    """A city on a trip, with its visit once there is one."""

    _name = 'scn.trip.stop'
    _description = 'Stop of a Trip'
    _order = 'trip_id, sequence, id'

    trip_id = fields.Many2one('scn.trip', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='trip_id.company_id', store=True, index=True)
    sequence = fields.Integer(default=10)
    city_id = fields.Many2one(
        'res.partner', required=True, index=True, ondelete='restrict', domain="[('is_city', '=', True)]"
    )
    appointment_id = fields.Many2one(
        'scn.appointment',
        string="Visit",
        index='btree_not_null',
        ondelete='set null',
        domain="[('city_id', '=', city_id), ('kind', '=', 'visit_day')]",
    )
    day = fields.Date(related='appointment_id.day')
    distance = fields.Integer(
        string="Kilometres", compute='_compute_distance', help="As the crow flies, from the stop before."
    )

    _visit_unique = models.UniqueIndex(
        '(appointment_id) WHERE appointment_id IS NOT NULL', "This visit is part of a trip already."
    )

    @api.depends('sequence', 'city_id', 'trip_id.stop_ids.sequence', 'trip_id.stop_ids.city_id')
    def _compute_distance(self):
        for stop in self:
            stops = list(stop.trip_id.stop_ids.sorted(lambda one: (one.sequence, one._origin.id or 0)))
            position = stops.index(stop) if stop in stops else 0
            before = stops[position - 1].city_id._get_coordinates() if position else None
            here = stop.city_id._get_coordinates()
            stop.distance = round(kilometres(before, here)) if before and here else 0

    @api.constrains('appointment_id', 'city_id')
    def _check_visit_of_city(self):
        for stop in self:
            visit = stop.appointment_id
            if visit and (visit.city_id != stop.city_id or visit.kind != 'visit_day'):
                raise ValidationError(self.env._("Choose a visit day of %(city)s.", city=stop.city_id.name))
