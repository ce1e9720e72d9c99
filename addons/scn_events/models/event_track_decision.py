from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.scn_partner import secret_code

from .event_event import STAFF_GROUPS
from .scn_proposal_link import PROPOSAL_URL

#: Where a proposal stands, as whoever proposed it may know.
STATES = [
    ('received', 'Received'),
    ('waiting', 'On the waiting list'),
    ('declined', 'Declined'),
    ('accepted', 'Accepted, to be confirmed'),
    ('confirmed', 'Confirmed'),
    ('withdrawn', 'Withdrawn'),
]
#: What colleagues mean to announce. Never shown to who proposed.
DECISIONS = [
    ('undecided', 'Undecided'),
    ('accepted', 'Accept'),
    ('waiting', 'Waiting list'),
    ('declined', 'Decline'),
]
#: Where a proposal has a place in the programme.
PLACED = frozenset({'accepted', 'confirmed'})
DECIDABLE = frozenset({'received', 'waiting', 'declined', 'accepted'})
WITHDRAWABLE = frozenset({'received', 'waiting', 'accepted', 'confirmed'})
STAGES = {
    'waiting': 'website_event_track.event_track_stage0',
    'declined': 'website_event_track.event_track_stage4',
    'confirmed': 'website_event_track.event_track_stage1',
    'withdrawn': 'website_event_track.event_track_stage5',
}
TEMPLATES = {
    'received': 'scn_events.mail_template_proposal_received',
    'accepted': 'scn_events.mail_template_proposal_accepted',
    'waiting': 'scn_events.mail_template_proposal_waiting',
    'declined': 'scn_events.mail_template_proposal_declined',
}


class EventTrack(models.Model):
    """What becomes of a proposal: received → (decided, in the drawer) → announced as accepted, waiting or declined →
    confirmed by the speaker. Withdrawn from anywhere but declined.

    A decision stays in the drawer (``scn_pending_decision``) until all of a call are announced together.
    """

    _inherit = 'event.track'

    scn_state = fields.Selection(
        STATES, string="Proposal", readonly=True, copy=False, tracking=True, index='btree_not_null', groups=STAFF_GROUPS
    )
    scn_pending_decision = fields.Selection(
        DECISIONS,
        string="Decision to announce",
        default='undecided',
        required=True,
        copy=False,
        group_expand=True,
        groups=STAFF_GROUPS,
        help="Only colleagues see it, until it is announced.",
    )
    scn_decided_by_id = fields.Many2one(
        'res.users', string="Decided by", readonly=True, copy=False, groups=STAFF_GROUPS
    )
    scn_announced_on = fields.Datetime(string="Announced on", readonly=True, copy=False, groups=STAFF_GROUPS)
    scn_answered_on = fields.Datetime(
        string="Confirmed or withdrawn on", readonly=True, copy=False, groups=STAFF_GROUPS
    )
    scn_review_ids = fields.One2many('scn.proposal.review', 'track_id', string="Reviews", groups=STAFF_GROUPS)
    scn_score = fields.Float(
        string="Average score",
        compute='_compute_scn_score',
        store=True,
        digits=(2, 1),
        aggregator='avg',
        groups=STAFF_GROUPS,
        help="Of the reviews without a conflict of interest. For colleagues; it decides nothing.",
    )
    scn_score_count = fields.Integer(string="Scores", compute='_compute_scn_score', store=True, groups=STAFF_GROUPS)

    scn_hosted_event_ids = fields.Many2many(
        'event.event', string="Who hosted when", compute='_compute_scn_hosted_event_ids', groups=STAFF_GROUPS
    )

    @api.depends('scn_call_type')
    def _compute_scn_hosted_event_ids(self):
        """For an offer to host: every event that had a host city, the latest first."""
        offers = self.filtered(lambda track: track.scn_call_type == 'host')
        events = self.env['event.event']
        offers.scn_hosted_event_ids = offers and events.search(
            [('scn_host_city_ids', '!=', False)], order='date_begin desc, id desc'
        )
        (self - offers).scn_hosted_event_ids = False

    @api.depends('scn_review_ids.score', 'scn_review_ids.has_conflict')
    def _compute_scn_score(self):
        for track in self:
            scores = [int(review.score) for review in track.scn_review_ids if review.score and not review.has_conflict]
            track.scn_score = sum(scores) / len(scores) if scores else 0.0
            track.scn_score_count = len(scores)

    # -- deciding ----------------------------------------------------------------------------------------------

    def write(self, vals):
        decision = vals.get('scn_pending_decision')
        if not decision or self.env.su:
            return super().write(vals)
        deciding = self.filtered(lambda track: track.scn_pending_decision != decision)
        deciding._check_can_decide(decision)
        result = super().write(vals)
        deciding.sudo().write({'scn_decided_by_id': self.env.uid})
        return result

    def _check_can_decide(self, decision):
        """
        :raises UserError: where there is nothing to decide (any more)
        :raises AccessError: for somebody with a conflict of interest
        """
        for track in self:
            track._check_no_conflict()
            if decision != 'undecided' and track.scn_state not in DECIDABLE:
                raise UserError(
                    self.env._(
                        "“%(proposal)s” is %(state)s: there is nothing to decide.",
                        proposal=track.name,
                        state=track._get_state_label() or self.env._("not a proposal"),
                    )
                )

    def _check_no_conflict(self):
        self.ensure_one()
        if any(review.has_conflict and review.user_id == self.env.user for review in self.sudo().scn_review_ids):
            raise AccessError(
                self.env._(
                    "You declared a conflict of interest for “%(proposal)s”: a colleague decides on it.",
                    proposal=self.name,
                )
            )

    def _get_state_label(self):
        self.ensure_one()
        return dict(self._fields['scn_state']._description_selection(self.env)).get(self.scn_state, '')

    # -- announcing --------------------------------------------------------------------------------------------

    def _announce(self):
        """Say what was decided, together, and write to everybody. Mails leave with the next run of the queue.

        Of two colleagues who announce at once the second is repeated and finds nothing left.

        :raises UserError: where nothing is decided that was not announced
        """
        self._lock()
        decided = self.sudo().filtered(lambda track: track.scn_pending_decision != 'undecided').sorted('id')
        if not decided:
            raise UserError(self.env._("Nothing is waiting to be announced: decide first, or a colleague was faster."))
        for decision, proposals in decided.grouped('scn_pending_decision').items():
            proposals._move(decision, scn_announced_on=fields.Datetime.now(), scn_pending_decision='undecided')
            for proposal in proposals:
                proposal._send_news(decision)
        return decided

    def _lock(self):
        """Be the only one who moves these proposals until the end of the transaction.

        :raises psycopg2.errors.SerializationFailure: when somebody else just did; the framework repeats the request
        """
        if self:
            self.env.cr.execute(
                SQL("SELECT id FROM event_track WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", tuple(self.ids)),
                log_exceptions=False,
            )

    def _move(self, state, **values):
        """Write where proposals stand now, and the stage that goes with it.

        What the agenda shows already stays there when its speaker confirms; what has no place is on no page.
        """
        stage = self.env.ref(STAGES[state], raise_if_not_found=False) if state in STAGES else False
        is_shown = state == 'confirmed' and any(self.sudo().stage_id.mapped('is_visible_in_agenda'))
        if stage and not is_shown:
            values['stage_id'] = stage.id
        if state not in PLACED:
            values['is_published'] = False
        self.sudo().write({'scn_state': state, **values})

    # -- the speaker answers -----------------------------------------------------------------------------------

    def _check_can_confirm(self):
        """
        :raises UserError: for what is not accepted, or for an event that is over
        """
        self.ensure_one()
        if self.scn_state != 'accepted':
            raise UserError(
                self.env._(
                    "“%(proposal)s” is not waiting for a confirmation: %(state)s.",
                    proposal=self.name,
                    state=self._get_state_label(),
                )
            )
        if self._is_over():
            raise UserError(self.env._("“%(event)s” has ended.", event=self.event_id.name))

    def _is_over(self):
        self.ensure_one()
        return self.event_id.date_end <= fields.Datetime.now()

    def _confirm(self):
        """The speaker comes; a city that offered to host becomes a host of the event."""
        proposal = self.sudo()
        proposal._lock()
        proposal._check_can_confirm()
        proposal._move('confirmed', scn_answered_on=fields.Datetime.now())
        if proposal.scn_call_type == 'host' and proposal.scn_city_id:
            proposal.event_id.scn_host_city_ids |= proposal.scn_city_id

    def _check_can_withdraw(self):
        """
        :raises UserError: for what was declined or is withdrawn already
        """
        self.ensure_one()
        if self.scn_state not in WITHDRAWABLE:
            raise UserError(
                self.env._(
                    "“%(proposal)s” cannot be withdrawn: %(state)s.",
                    proposal=self.name,
                    state=self._get_state_label(),
                )
            )

    def _withdraw(self):
        """Who proposed takes it back. Colleagues get a task where the place was given already."""
        proposal = self.sudo()
        proposal._lock()
        proposal._check_can_withdraw()
        was_given = proposal.scn_state in PLACED
        if proposal.scn_state == 'confirmed' and proposal.scn_call_type == 'host':
            proposal.event_id.scn_host_city_ids -= proposal.scn_city_id
        proposal._move('withdrawn', scn_answered_on=fields.Datetime.now(), scn_pending_decision='undecided')
        self.env['scn.proposal.key'].sudo().search([('track_id', '=', proposal.id)]).unlink()
        responsible = proposal.scn_call_id.user_id
        if was_given and responsible:
            proposal.activity_schedule(
                'mail.mail_activity_data_todo',
                user_id=responsible.id,
                summary=self.env._("Withdrawn: its place is free"),
            )

    def _check_staff(self):
        self.check_access('write')
        if self.env.user.share:
            raise AccessError(self.env._("Your city's proposals are on the page “My proposals”."))

    def action_confirm(self):
        """Staff note that the speaker said yes by mail or phone."""
        self._check_staff()
        for proposal in self:
            proposal._confirm()
        return True

    def action_withdraw(self):
        """Staff note that the proposal was taken back."""
        self._check_staff()
        for proposal in self:
            proposal._withdraw()
        return True

    # -- mails -------------------------------------------------------------------------------------------------

    def _has_account(self):
        """Whether who proposed can sign in and see the proposal there."""
        self.ensure_one()
        return bool(self.sudo().scn_proposer_id.user_ids)

    def _get_mail_lang(self):
        """Language for mails to who proposed: the one of the contact, else the one the form was read in."""
        self.ensure_one()
        installed = {code for code, __ in self.env['res.lang'].get_installed()}
        wished = (self.scn_proposer_id.lang, self.scn_lang)
        return next((lang for lang in wished if lang in installed), self.env.lang)

    def _send_news(self, about):
        """Put a mail into the queue. It belongs to no record, so that nobody who reads records reads its code, and is
        written by the superuser, because whoever writes a mail may read it.

        :param str about: key of ``TEMPLATES``
        """
        self.ensure_one()
        proposal = self.sudo()
        template = self.env.ref(TEMPLATES[about], raise_if_not_found=False)
        if not template or not proposal.scn_proposer_email:
            return
        code = '' if proposal._has_account() else self.env['scn.proposal.link']._issue(proposal)
        written = secret_code.written(code)
        base = proposal.event_id.get_base_url()
        url = f'{base}{PROPOSAL_URL}#{written}' if code else f'{base}/my/city/proposals'
        writer = template.with_user(SUPERUSER_ID).with_company(self.env.company)
        writer.with_context(scn_code=written, scn_url=url).send_mail(
            proposal.id, email_values={'model': False, 'res_id': False, 'auto_delete': True}
        )

    # -- what who proposed may see -----------------------------------------------------------------------------

    def _prepare_own_values(self):
        """What a page shows of this proposal to who made it: never a decision that was not announced, no review."""
        self.ensure_one()
        proposal = self.sudo()
        return {
            'id': proposal.id,
            'name': proposal.name,
            'description': proposal.description,
            'call': proposal.scn_call_id,
            'event': proposal.event_id,
            'state': proposal.scn_state,
            'sent_on': proposal.create_date,
            'by': proposal.scn_proposer_name,
            'answers': proposal.scn_answer_ids,
            'can_confirm': proposal.scn_state == 'accepted' and not proposal._is_over(),
            'can_withdraw': proposal.scn_state in WITHDRAWABLE,
        }
