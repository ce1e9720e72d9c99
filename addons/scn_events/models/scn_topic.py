from odoo import api, fields, models
from odoo.exceptions import UserError

TARGETS = [
    ('seminar', 'Seminar'),
    ('summit', 'Summit'),
    ('magazine', 'Magazine'),
    ('alex', 'ALEX'),
]
STATES = [
    ('open', 'Wished for'),
    ('planned', 'Planned'),
    ('became', 'Became something'),
    ('dropped', 'Not pursued'),
]


class ScnTopic(models.Model):
    """The backlog of topics, shared by seminars, summits, the magazine and ALEX.

    Wishes for one topic are merged; every city that wished for it stays credited (``scn.topic.credit``) and is told
    once what the topic became. A merged topic leads to the one that was kept.
    """

    _name = 'scn.topic'
    _description = 'Topic'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'sequence, id desc'

    name = fields.Char(string="Topic", required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', default=lambda self: self.env.company, index='btree_not_null')
    description = fields.Text()
    state = fields.Selection(
        STATES, required=True, default='open', tracking=True, index=True, group_expand=True, copy=False
    )
    target = fields.Selection(TARGETS, string="Planned for", tracking=True)
    working_line_ids = fields.Many2many(
        'scn.working.line', 'scn_topic_working_line_rel', 'topic_id', 'line_id', string="Working lines"
    )
    user_id = fields.Many2one(
        'res.users', string="Responsible", domain="[('share', '=', False)]", ondelete='set null', index=True
    )
    credit_ids = fields.One2many('scn.topic.credit', 'topic_id', string="Wished for by")
    city_ids = fields.Many2many('res.partner', string="Cities", compute='_compute_city_ids')
    wish_count = fields.Integer(string="Wishes", compute='_compute_counts')
    untold_count = fields.Integer(string="Not told yet", compute='_compute_counts')
    event_id = fields.Many2one(
        'event.event', string="Became the event", index='btree_not_null', ondelete='set null', tracking=True, copy=False
    )
    became_text = fields.Char(
        string="What it became", translate=True, tracking=True, copy=False, help="One sentence for the cities."
    )
    became_url = fields.Char(string="Link to it", tracking=True, copy=False)
    merged_into_id = fields.Many2one(
        'scn.topic', string="Merged into", readonly=True, copy=False, index='btree_not_null', ondelete='set null'
    )
    merged_ids = fields.One2many('scn.topic', 'merged_into_id', string="Merged from", context={'active_test': False})

    @api.depends('credit_ids.city_id')
    def _compute_city_ids(self):
        for topic in self:
            topic.city_ids = topic.credit_ids.city_id

    @api.depends('credit_ids.told_on')
    def _compute_counts(self):
        for topic in self:
            topic.wish_count = len(topic.credit_ids)
            topic.untold_count = len(topic.credit_ids.filtered(lambda credit: not credit.told_on))

    @api.onchange('event_id')
    def _onchange_event_id(self):
        """The event's page is where the topic went; staff may write another address."""
        if self.event_id and not self.became_url:
            self.became_url = self.event_id.get_base_url() + (self.event_id.website_url or '')

    @api.constrains('became_url')
    def _check_became_url(self):
        for topic in self:
            if topic.became_url and not topic.became_url.startswith(('https://', 'http://')):
                raise UserError(self.env._("Write the whole address of the link, beginning with https://."))

    # -- merging -----------------------------------------------------------------------------------------------

    def _get_kept(self):
        """The topic that this one leads to: itself, unless it was merged."""
        self.ensure_one()
        return self.merged_into_id or self

    def _merge(self, others):
        """Take over every wish of other topics; those leave the backlog and lead here.

        :param others: ``scn.topic`` records
        :raises UserError: where there is nothing to merge, or a topic was merged already
        """
        self.ensure_one()
        others -= self
        if not others:
            raise UserError(self.env._("Choose at least two topics to merge."))
        if self.merged_into_id or others.filtered('merged_into_id'):
            raise UserError(self.env._("A topic that was merged already leads to another one: choose that one."))
        if (self | others).company_id[1:]:
            raise UserError(self.env._("These topics belong to different companies: merge them one company at a time."))
        others.credit_ids.write({'topic_id': self.id})
        # what was merged into one of them leads here, without a detour
        others.with_context(active_test=False).merged_ids.write({'merged_into_id': self.id})
        others.write({'merged_into_id': self.id, 'active': False})
        self.working_line_ids |= others.working_line_ids
        self.message_post(body=self.env._("Merged: %(topics)s.", topics=", ".join(others.mapped('name'))))

    # -- telling -----------------------------------------------------------------------------------------------

    def _check_can_tell(self):
        """
        :raises UserError: while there is nothing to tell, or nobody to tell it to
        """
        self.ensure_one()
        if not self.became_text and not self.became_url:
            raise UserError(self.env._("Say first what “%(topic)s” became, or link to it.", topic=self.name))
        if not self.credit_ids.filtered(lambda credit: not credit.told_on):
            raise UserError(self.env._("Everybody who wished for “%(topic)s” was told.", topic=self.name))

    def _tell(self):
        """Write to who wished for this topic and was not told yet, each person once.

        :return: number of mails
        """
        self.ensure_one()
        self._check_can_tell()
        untold = self.sudo().credit_ids.filtered(lambda credit: not credit.told_on).sorted('id')
        untold.write({'told_on': fields.Datetime.now()})
        if self.state != 'became':
            self.state = 'became'
        told = self.credit_ids - untold
        addresses = {credit.email for credit in told.sudo() if credit.email}
        count = 0
        for credit in untold:
            if credit.email and credit.email not in addresses:
                addresses.add(credit.email)
                credit._send_outcome()
                count += 1
        return count

    def action_tell(self):
        """Tell the proposing cities what their topics became; mails leave with the next run of the queue."""
        self.check_access('write')
        for topic in self:
            topic._tell()
        return True

    def action_open_kept(self):
        """The topic that this one was merged into."""
        self.ensure_one()
        self.check_access('read')
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': self._get_kept().id,
            'view_mode': 'form',
        }
