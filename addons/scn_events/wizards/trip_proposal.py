from odoo import Command, api, fields, models

from ..distances import group_near, near


class ScnTripProposal(models.TransientModel):
    """Which visits that are owed can be made in one journey: cities near each other, or near a summit."""

    _name = 'scn.trip.proposal'
    _description = 'Find Trips'

    radius = fields.Integer(string="Within (km)", default=500, required=True)
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    line_ids = fields.One2many(
        'scn.trip.proposal.line',
        'proposal_id',
        string="Proposals",
        compute='_compute_line_ids',
        store=True,
        readonly=False,
    )
    unplaced_ids = fields.Many2many(
        'res.partner', string="Without coordinates", compute='_compute_line_ids', store=True, readonly=False
    )

    @api.depends('radius', 'company_id')
    def _compute_line_ids(self):
        for wizard in self:
            due = wizard._get_due_cities()
            wizard.unplaced_ids = self.env['res.partner'].union(*(city for city in due if not city._get_coordinates()))
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(values) for values in wizard._prepare_lines(due)),
            ]

    def _get_due_cities(self):
        """Cities to which a visit is owed and not planned, the most urgent first.

        :return: dict from city to the last day on which it is included
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        owed = (
            self.env['scn.entitlement']
            .sudo()
            .search(
                [
                    ('company_id', '=', self.company_id.id),
                    # a form that is not saved yet is checked by no rule
                    ('company_id', 'in', self.env.user.company_ids.ids),
                    ('benefit_id.code', '=', 'visit'),
                    ('left', '>', 0),
                    ('window_end', '>=', today),
                    ('partnership_id.state', 'in', ('active', 'grace')),
                    ('period_id.state', '!=', 'cancelled'),
                ],
                order='due_on, window_end, id',
            )
            ._filter_unplanned()
        )
        due = {}
        for entitlement in owed:
            due.setdefault(entitlement.partner_id, entitlement.window_end)
        return due

    def _prepare_lines(self, due):
        """Groups around summits to come, then groups of cities near each other."""
        self.ensure_one()
        places = [(city, city._get_coordinates()) for city in due if city._get_coordinates()]
        lines = []
        for event in self._get_summits():
            for host in event.scn_host_city_ids:
                centre = host._get_coordinates()
                if centre and (found := near(centre, places, self.radius)):
                    lines.append(self._prepare_line(found, due, event))
        return lines + [self._prepare_line(group, due) for group in group_near(places, self.radius)]

    def _get_summits(self):
        return self.env['event.event'].search(
            [
                ('date_begin', '>=', fields.Datetime.now()),
                ('scn_host_city_ids', '!=', False),
                ('company_id', 'in', (self.company_id.id, False)),
            ],
            order='date_begin, id',
        )

    def _prepare_line(self, group, due, event=None):
        cities = self.env['res.partner'].union(*(city for city, __ in group))
        return {
            'event_id': event.id if event else False,
            'city_ids': [Command.set(cities.ids)],
            'farthest': round(max(distance for __, distance in group)),
            'until': min(due[city] for city in cities),
        }


class ScnTripProposalLine(models.TransientModel):
    """One journey that could be made."""

    _name = 'scn.trip.proposal.line'
    _description = 'Proposed Trip'

    proposal_id = fields.Many2one('scn.trip.proposal', required=True, ondelete='cascade')
    event_id = fields.Many2one('event.event', string="Around the event", readonly=True)
    city_ids = fields.Many2many('res.partner', string="Cities", readonly=True)
    farthest = fields.Integer(
        string="Farthest (km)", readonly=True, help="From the event, or from the most urgent city."
    )
    until = fields.Date(string="Included until", readonly=True, help="The first of their last days.")

    def action_plan(self):
        """Make a trip of it, with a stop per city; planned visits are linked later."""
        self.ensure_one()
        trips = self.env['scn.trip']
        trips.check_access('create')
        names = ", ".join(self.city_ids.mapped('name'))
        trip = trips.create(
            {
                'name': self.env._("%(event)s: %(cities)s", event=self.event_id.name, cities=names)
                if self.event_id
                else names,
                'company_id': self.proposal_id.company_id.id,
                'currency_id': self.proposal_id.company_id.currency_id.id,
                'event_id': self.event_id.id,
                'date_start': self.event_id.date_begin and self.event_id.date_begin.date(),
                'stop_ids': [
                    Command.create({'city_id': city.id, 'sequence': number * 10})
                    for number, city in enumerate(self.city_ids, start=1)
                ],
            }
        )
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'scn.trip',
            'res_id': trip.id,
            'views': [(False, 'form')],
        }
