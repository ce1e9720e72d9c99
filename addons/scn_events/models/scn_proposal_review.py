from odoo import api, fields, models
from odoo.exceptions import AccessError

SCORES = [('1', '1 – does not fit'), ('2', '2'), ('3', '3 – fits'), ('4', '4'), ('5', '5 – must have')]


class ScnProposalReview(models.Model):
    """What one colleague thinks of one proposal.

    Who has a conflict of interest says so here: that score is not kept, and this person cannot decide on the
    proposal. A conflict that was declared is taken back by an event manager only, and never by the person itself.
    """

    _name = 'scn.proposal.review'
    _description = 'Review of a Proposal'
    _order = 'track_id, id'
    _rec_name = 'user_id'

    track_id = fields.Many2one('event.track', string="Proposal", required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='track_id.company_id')
    user_id = fields.Many2one(
        'res.users',
        string="Reviewer",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        ondelete='restrict',
    )
    has_conflict = fields.Boolean(
        string="Conflict of interest",
        help="You are close to who proposes: no score of yours counts, and somebody else decides.",
    )
    score = fields.Selection(SCORES, compute='_compute_score', store=True, readonly=False)
    comment = fields.Text()

    _one_each = models.Constraint(
        'UNIQUE (track_id, user_id)', "You have reviewed this proposal already: change your review instead."
    )
    _no_score_with_conflict = models.Constraint(
        'CHECK (NOT has_conflict OR score IS NULL)', "With a conflict of interest no score counts: leave it empty."
    )

    @api.depends('has_conflict')
    def _compute_score(self):
        for review in self:
            review.score = False if review.has_conflict else review.score

    @api.model_create_multi
    def create(self, vals_list):
        """
        :raises AccessError: for a review in somebody else's name
        """
        for vals in vals_list:
            vals.setdefault('user_id', self.env.uid)
            if not self.env.su and vals['user_id'] != self.env.uid:
                raise AccessError(self.env._("A review is written by the reviewer: ask your colleague to add one."))
        return super().create(vals_list)

    def write(self, vals):
        """
        :raises AccessError: for somebody else's review, and for taking back one's own conflict
        """
        if not self.env.su:
            others = self.filtered(lambda review: review.user_id != self.env.user)
            lifts = 'has_conflict' in vals and not vals['has_conflict']
            lifted = self.filtered('has_conflict') if lifts else self.browse()
            if {'user_id', 'track_id'} & vals.keys() or (others - lifted):
                raise AccessError(self.env._("A review is changed by its reviewer only."))
            if lifted and (lifted - others or not self.env.user.has_group('event.group_event_manager')):
                raise AccessError(
                    self.env._("A conflict of interest is taken back by an event manager, not by the person itself.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_own_conflict(self):
        """Deleting the own conflict would be taking it back."""
        if not self.env.su and any(review.has_conflict and review.user_id == self.env.user for review in self):
            raise AccessError(
                self.env._("A conflict of interest is taken back by an event manager, not by the person itself.")
            )
