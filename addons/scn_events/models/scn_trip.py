from odoo import api, fields, models


class ScnTrip(models.Model):
    """Several visits in one journey: who goes where, when, and what it costs in all and for each visit."""

    _name = 'scn.trip'
    _description = 'Trip'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'date_start desc, id desc'
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one('res.currency', required=True, default=lambda self: self.env.company.currency_id)
    date_start = fields.Date(string="From", tracking=True, index=True)
    date_end = fields.Date(string="Until", tracking=True)
    user_ids = fields.Many2many(
        'res.users', 'scn_trip_user_rel', 'trip_id', 'user_id', string="Who travels", domain="[('share', '=', False)]"
    )
    event_id = fields.Many2one(
        'event.event', string="Around the event", index='btree_not_null', ondelete='set null', check_company=True
    )
    stop_ids = fields.One2many('scn.trip.stop', 'trip_id', string="Stops", copy=True)
    cost_ids = fields.One2many('scn.trip.cost', 'trip_id', string="Costs", copy=True)
    visit_count = fields.Integer(string="Visits", compute='_compute_visit_count', store=True)
    total = fields.Monetary(compute='_compute_total', store=True, tracking=True)
    cost_per_visit = fields.Monetary(compute='_compute_cost_per_visit', store=True)
    note = fields.Text()

    _dates_order = models.Constraint(
        'CHECK (date_end IS NULL OR date_start IS NULL OR date_end >= date_start)',
        "A trip cannot end before it begins: check the two dates.",
    )

    @api.depends('stop_ids', 'stop_ids.appointment_id.state')
    def _compute_visit_count(self):
        """A visit that was called off is none; a stop without one is still to be planned."""
        for trip in self:
            trip.visit_count = len(trip.stop_ids.filtered(lambda stop: stop.appointment_id.state != 'cancelled'))

    @api.depends('cost_ids.amount', 'currency_id')
    def _compute_total(self):
        for trip in self:
            trip.total = trip.currency_id.round(sum(trip.cost_ids.mapped('amount')))

    @api.depends('total', 'visit_count')
    def _compute_cost_per_visit(self):
        for trip in self:
            trip.cost_per_visit = trip.currency_id.round(trip.total / trip.visit_count) if trip.visit_count else 0.0
