from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .event_event import STAFF_GROUPS

#: What can be asked for. Cities read “offer to host”.
CALL_TYPES = [
    ('talk', 'Talk'),
    ('workshop', 'Workshop'),
    ('exhibition', 'Exhibition slot'),
    ('host', 'Offer to host'),
    ('topic', 'Topic wish'),
]
AUDIENCES = [
    ('cities', 'Cities'),
    ('outsiders', 'Organisations, civil society, research'),
]
#: Benefit a city needs by default; the others are asked of every city.
BENEFITS = {'host': 'host', 'topic': 'suggest_topics'}


class ScnCall(models.Model):
    """A call: one kind of contribution, asked of one audience, in a window of its own.

    The same kind may be closed to one audience while the other is still asked: these are two calls. What comes in
    through a call is a proposal (``event.track``), and for topic wishes an entry of the backlog (``scn.topic``).
    """

    _name = 'scn.call'
    _description = 'Call for Proposals'
    _inherit = ['mail.thread']
    _order = 'event_id desc, sequence, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    type = fields.Selection(CALL_TYPES, required=True, default='workshop', tracking=True)
    audience = fields.Selection(AUDIENCES, required=True, default='cities', tracking=True)
    event_id = fields.Many2one(
        'event.event',
        index='btree_not_null',
        ondelete='cascade',
        tracking=True,
        check_company=True,
        help="What the contributions are for; an event that is looked for a host may stay unpublished. "
        "Only topic wishes can do without.",
    )
    company_id = fields.Many2one(
        'res.company',
        compute='_compute_company_id',
        store=True,
        readonly=False,
        index='btree_not_null',
        default=lambda self: self.env.company,
    )
    is_published = fields.Boolean(
        string="Published", copy=False, tracking=True, help="Only a published call is shown and answered."
    )
    date_open = fields.Datetime(
        string="Opens", required=True, default=lambda self: fields.Datetime.now().replace(microsecond=0), tracking=True
    )
    date_close = fields.Datetime(string="Closes", tracking=True, help="Empty: stays open. Topic wishes never close.")
    state = fields.Selection(
        [('draft', 'Not published'), ('upcoming', 'Not open yet'), ('open', 'Open'), ('closed', 'Closed')],
        compute='_compute_state',
    )
    benefit_id = fields.Many2one(
        'scn.benefit',
        string="Benefit needed",
        compute='_compute_benefit_id',
        store=True,
        readonly=False,
        ondelete='restrict',
        tracking=True,
        help="Only cities that hold it may answer this call. Empty: every city.",
    )
    introduction = fields.Html(translate=True, help="What is looked for, shown above the form.")
    thanks = fields.Text(
        string="What happens next", translate=True, help="Shown to who sent something: when you decide, and how."
    )
    user_id = fields.Many2one(
        'res.users',
        string="Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete='set null',
    )
    question_ids = fields.One2many('scn.call.question', 'call_id', string="Questions", copy=True)
    proposal_ids = fields.One2many('event.track', 'scn_call_id', string="What came in", groups=STAFF_GROUPS)
    proposal_count = fields.Integer(string="Proposals", compute='_compute_counts', groups=STAFF_GROUPS)
    pending_count = fields.Integer(string="Decided, not announced", compute='_compute_counts', groups=STAFF_GROUPS)
    topic_count = fields.Integer(string="Topics", compute='_compute_counts', groups=STAFF_GROUPS)

    _closes_after_it_opens = models.Constraint(
        'CHECK (date_close IS NULL OR date_close > date_open)', "A call closes after it has opened."
    )
    _topics_never_close = models.Constraint(
        "CHECK (type != 'topic' OR date_close IS NULL)", "Topic wishes never close: leave the end empty."
    )
    _belongs_to_an_event = models.Constraint(
        "CHECK (type = 'topic' OR event_id IS NOT NULL)",
        "Choose the event this call is for; only topic wishes can do without.",
    )
    _benefit_is_for_cities = models.Constraint(
        "CHECK (audience = 'cities' OR benefit_id IS NULL)",
        "Only cities hold benefits: a call to organisations needs none.",
    )
    _only_cities_host = models.Constraint(
        "CHECK (type != 'host' OR audience = 'cities')", "Only cities host: choose cities as those who are asked."
    )

    @api.depends('event_id.company_id')
    def _compute_company_id(self):
        for call in self:
            if call.event_id:
                call.company_id = call.event_id.company_id
            else:
                call.company_id = call.company_id or self.env.company

    @api.depends('type', 'audience')
    def _compute_benefit_id(self):
        benefits = {benefit.code: benefit for benefit in self.env['scn.benefit'].search([])}
        for call in self:
            code = BENEFITS.get(call.type) if call.audience == 'cities' else None
            call.benefit_id = benefits.get(code, False)

    @api.depends('is_published', 'date_open', 'date_close', 'type', 'event_id.date_end', 'event_id.kanban_state')
    def _compute_state(self):
        now = fields.Datetime.now()
        for call in self:
            if not call.is_published:
                call.state = 'draft'
            elif call.date_open and call.date_open > now:
                call.state = 'upcoming'
            elif (call.date_close and call.date_close <= now) or call.sudo()._find_event_refusal():
                call.state = 'closed'
            else:
                call.state = 'open'

    @api.depends('proposal_ids.scn_pending_decision', 'proposal_ids.active')
    def _compute_counts(self):
        proposals = self.env['event.track']
        count = dict(proposals._read_group([('scn_call_id', 'in', self.ids)], ['scn_call_id'], ['__count']))
        pending = dict(
            proposals._read_group(
                [('scn_call_id', 'in', self.ids), ('scn_pending_decision', '!=', 'undecided')],
                ['scn_call_id'],
                ['__count'],
            )
        )
        topics = dict(
            self.env['scn.topic.credit']._read_group(
                [('call_id', 'in', self.ids)], ['call_id'], ['topic_id:count_distinct']
            )
        )
        for call in self:
            call.proposal_count = count.get(call, 0)
            call.pending_count = pending.get(call, 0)
            call.topic_count = topics.get(call, 0)

    @api.constrains('type')
    def _check_type(self):
        for call in self:
            wrong = call.sudo().proposal_ids if call.type == 'topic' else False
            if wrong:
                raise ValidationError(
                    self.env._("“%(call)s” has proposals already: make another call for topic wishes.", call=call.name)
                )

    def action_open_proposals(self):
        """The proposals of this call, as a board by decision."""
        self.ensure_one()
        self.check_access('read')
        if self.type == 'topic':
            action = self.env['ir.actions.act_window']._for_xml_id('scn_events.scn_topic_action')
            action['domain'] = [('credit_ids.call_id', '=', self.id)]
            return action
        action = self.env['ir.actions.act_window']._for_xml_id('scn_events.event_track_proposal_action')
        action['domain'] = [('scn_call_id', '=', self.id)]
        action['context'] = {
            'search_default_to_decide': 1,
            'default_scn_call_id': self.id,
            'default_event_id': self.event_id.id,
        }
        action['display_name'] = self.name
        return action

    def action_open_page(self):
        """The page on which this call is answered."""
        self.ensure_one()
        return {'type': 'ir.actions.act_url', 'url': self._get_url(), 'target': 'self'}

    def _get_url(self):
        self.ensure_one()
        return f'/calls/{self.id}'
