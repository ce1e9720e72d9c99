from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.event_track_decision import TEMPLATES


class ScnCallAnnounce(models.TransientModel):
    """Announce the decisions of a call together: who gets which answer, and a look at a mail, before it is done."""

    _name = 'scn.call.announce'
    _description = 'Announce the Decisions of a Call'

    call_id = fields.Many2one('scn.call', required=True, readonly=True, ondelete='cascade')
    proposal_ids = fields.Many2many(
        'event.track',
        'scn_call_announce_track_rel',
        'wizard_id',
        'track_id',
        string="To be announced",
        compute='_compute_proposal_ids',
        store=True,
        readonly=False,
    )
    accepted_count = fields.Integer(string="Accepted", compute='_compute_counts')
    waiting_count = fields.Integer(string="Waiting list", compute='_compute_counts')
    declined_count = fields.Integer(string="Declined", compute='_compute_counts')
    unreachable_count = fields.Integer(string="Without an address", compute='_compute_counts')
    undecided_count = fields.Integer(string="Still undecided", compute='_compute_counts')
    preview_id = fields.Many2one(
        'event.track',
        string="Mail to",
        domain="[('id', 'in', proposal_ids)]",
        compute='_compute_preview_id',
        store=True,
        readonly=False,
    )
    preview_subject = fields.Char(string="Subject", compute='_compute_preview')
    preview_body = fields.Html(string="Mail", compute='_compute_preview', sanitize=False)

    @api.depends('call_id')
    def _compute_proposal_ids(self):
        for wizard in self:
            wizard.proposal_ids = wizard.call_id.proposal_ids.filtered(
                lambda proposal: proposal.scn_pending_decision != 'undecided'
            )

    @api.depends('proposal_ids')
    def _compute_counts(self):
        for wizard in self:
            decided = wizard.proposal_ids.grouped('scn_pending_decision')
            wizard.accepted_count = len(decided.get('accepted', ()))
            wizard.waiting_count = len(decided.get('waiting', ()))
            wizard.declined_count = len(decided.get('declined', ()))
            wizard.unreachable_count = len(wizard.proposal_ids.filtered(lambda track: not track.scn_proposer_email))
            wizard.undecided_count = len(
                (wizard.call_id.proposal_ids - wizard.proposal_ids).filtered(
                    lambda proposal: proposal.scn_state == 'received'
                )
            )

    @api.depends('proposal_ids')
    def _compute_preview_id(self):
        for wizard in self:
            wizard.preview_id = wizard.proposal_ids[:1]

    @api.depends('preview_id')
    def _compute_preview(self):
        for wizard in self:
            proposal = wizard.preview_id._origin
            template = proposal and self.env.ref(
                TEMPLATES.get(proposal.scn_pending_decision, ''), raise_if_not_found=False
            )
            if not template:
                wizard.preview_subject = wizard.preview_body = False
                continue
            # the link is made when the mail is
            template = template.sudo().with_context(scn_url='#', scn_code='')
            rendered = template._generate_template([proposal.id], ['subject', 'body_html'])[proposal.id]
            wizard.preview_subject, wizard.preview_body = rendered['subject'], rendered['body_html']

    def action_confirm(self):
        """Announce what was shown, and only that.

        :raises UserError: where a decision changed meanwhile
        """
        self.ensure_one()
        self.call_id.check_access('write')
        self.call_id.proposal_ids.check_access('write')
        shown = self.proposal_ids
        if shown != shown & self.call_id.proposal_ids:
            raise UserError(self.env._("Only proposals of this call are announced here."))
        announced = shown._announce()
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'message': self.env._(
                    "Announced: %(count)s. The mails leave in the next minutes.", count=len(announced)
                ),
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }
