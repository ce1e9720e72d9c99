from odoo import api, fields, models


class ScnTopicMerge(models.TransientModel):
    """Merge wishes for the same topic: one is kept, every city stays credited."""

    _name = 'scn.topic.merge'
    _description = 'Merge Topics'

    topic_ids = fields.Many2many(
        'scn.topic',
        'scn_topic_merge_topic_rel',
        'wizard_id',
        'topic_id',
        string="Topics",
        default=lambda self: self._get_chosen_topics(),
    )
    kept_id = fields.Many2one(
        'scn.topic',
        string="Keep",
        domain="[('id', 'in', topic_ids)]",
        compute='_compute_kept_id',
        store=True,
        readonly=False,
        required=True,
    )
    credit_ids = fields.Many2many('scn.topic.credit', string="All of these stay", compute='_compute_credit_ids')

    @api.model
    def _get_chosen_topics(self):
        if self.env.context.get('active_model') != 'scn.topic':
            return []
        return self.env.context.get('active_ids', [])

    @api.depends('topic_ids')
    def _compute_kept_id(self):
        """The one most cities wished for, then the oldest."""
        for wizard in self:
            wizard.kept_id = wizard.topic_ids._origin.sorted(lambda topic: (-topic.wish_count, topic.id))[:1]

    @api.depends('topic_ids')
    def _compute_credit_ids(self):
        for wizard in self:
            wizard.credit_ids = wizard.topic_ids._origin.credit_ids

    def action_confirm(self):
        """Merge, and open the topic that was kept."""
        self.ensure_one()
        self.topic_ids.check_access('write')
        self.kept_id._merge(self.topic_ids)
        return self.kept_id.action_open_kept()
