from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..call_codes import CallCode
from ..exceptions import GateRefused
from ..gate_codes import Refusal
from .event_event import STAFF_GROUPS
from .event_registration import OVERRIDE_GROUPS

#: Kept by the calls themselves; a form, an import or RPC cannot write them.
SYSTEM_FIELDS = frozenset(
    {'scn_state', 'scn_announced_on', 'scn_answered_on', 'scn_decided_by_id', 'scn_override_user_id', 'scn_lang'}
)
#: Empty on a new track unless its values say otherwise: no default of a context fills them in.
KEPT_EMPTY = (SYSTEM_FIELDS - {'scn_state', 'scn_lang'}) | {'scn_override_reason'}


class EventTrack(models.Model):
    """A proposal is a track that came in through a call.

    The gate stands here, on every route: whoever has no staff rights proposes through a call that is open for them,
    whatever page or program the proposal comes from and with whatever rights it runs. Staff pass the same gate unless
    they say why not. Everything of ours is for staff: a published track is read by anybody.
    """

    _inherit = 'event.track'

    scn_call_id = fields.Many2one(
        'scn.call',
        string="Call",
        index='btree_not_null',
        ondelete='restrict',
        tracking=True,
        copy=False,
        groups=STAFF_GROUPS,
        domain="[('type', '!=', 'topic')]",
    )
    scn_call_type = fields.Selection(
        string="Kind of proposal", related='scn_call_id.type', store=True, groups=STAFF_GROUPS
    )
    scn_city_id = fields.Many2one(
        'res.partner',
        string="City",
        index='btree_not_null',
        tracking=True,
        ondelete='restrict',
        domain="[('is_city', '=', True)]",
        groups=STAFF_GROUPS,
        help="Which city proposes. For people who sign in it is their own city, whatever they send.",
    )
    scn_organisation = fields.Char(
        string="Organisation as typed",
        groups=STAFF_GROUPS,
        help="What a visitor without account typed: plain text, which gives no right.",
    )
    scn_proposer_id = fields.Many2one(
        'res.partner', string="Proposed by", index='btree_not_null', ondelete='set null', groups=STAFF_GROUPS
    )
    scn_proposer_name = fields.Char(
        string="Name of who proposes",
        compute='_compute_scn_proposer',
        store=True,
        readonly=False,
        groups=STAFF_GROUPS,
    )
    scn_proposer_email = fields.Char(
        string="Address of who proposes",
        compute='_compute_scn_proposer',
        store=True,
        readonly=False,
        index='btree_not_null',
        groups=STAFF_GROUPS,
    )
    scn_lang = fields.Char(string="Language of who proposes", readonly=True, groups=STAFF_GROUPS)
    scn_host_place = fields.Char(string="Where", groups=STAFF_GROUPS, help="City, district or building offered.")
    scn_host_when = fields.Char(string="When it suits", groups=STAFF_GROUPS, help="Year, and months that suit.")
    scn_answer_ids = fields.One2many(
        'scn.proposal.answer', 'track_id', string="Answers", readonly=True, groups=STAFF_GROUPS
    )
    scn_override_reason = fields.Char(
        string="Taken in because",
        copy=False,
        tracking=True,
        groups=STAFF_GROUPS,
        help="Staff take in a proposal that the call refuses: say why.",
    )
    scn_override_user_id = fields.Many2one(
        'res.users', string="Taken in by", readonly=True, copy=False, groups=STAFF_GROUPS
    )

    @api.depends('scn_proposer_id')
    def _compute_scn_proposer(self):
        for track in self:
            track.scn_proposer_name = track.scn_proposer_id.name or track.scn_proposer_name
            track.scn_proposer_email = track.scn_proposer_id.email_normalized or track.scn_proposer_email

    # -- the gate ----------------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """
        :raises GateRefused: for what its call does not take, and for a share user without a call
        """
        tracks = super().create([self._prepare_proposal_values(vals) for vals in vals_list])
        tracks._check_call()
        return tracks

    def write(self, vals):
        vals = self._clean_proposal_values(vals)
        if 'scn_call_id' not in vals:
            return super().write(vals)
        moved = self.filtered(lambda track: track.sudo().scn_call_id.id != vals['scn_call_id'])
        result = super().write(vals)
        moved.sudo().filtered(lambda track: track.scn_call_id and not track.scn_state).write({'scn_state': 'received'})
        moved._check_call()
        return result

    @api.model
    def _clean_proposal_values(self, vals):
        """Values without what only calls write, and with who takes in what a call refuses.

        :raises AccessError: for somebody who may not
        """
        if not self.env.su and SYSTEM_FIELDS & vals.keys():
            raise AccessError(
                self.env._(
                    "These are kept by the call: %(fields)s.", fields=", ".join(sorted(SYSTEM_FIELDS & vals.keys()))
                )
            )
        if 'scn_override_reason' in vals:
            reason = (vals['scn_override_reason'] or '').strip()
            user = self.env.user
            may = user._is_superuser() or any(user.has_group(group) for group in OVERRIDE_GROUPS)
            if reason and not may:
                raise AccessError(
                    self.env._("Only event managers and officers of Sharing Cities take in what a call refuses.")
                )
            vals = {
                **vals,
                'scn_override_reason': reason or False,
                'scn_override_user_id': self.env.uid if reason else False,
            }
        return vals

    @api.model
    def _prepare_proposal_values(self, vals):
        """Values of a new track. Who has no staff rights proposes for the own city, and for nobody else; what a
        context gives as default counts for nothing."""
        vals = {**dict.fromkeys(KEPT_EMPTY, False), **self._clean_proposal_values(vals)}
        user = self.env.user
        if user.share:
            person = self.env['res.partner'] if user._is_public() else user.partner_id
            vals = {
                **vals,
                'scn_call_id': vals.get('scn_call_id'),
                'scn_city_id': person._get_own_city().id if person else False,
                'scn_proposer_id': person.id,
                'scn_pending_decision': 'undecided',
                'scn_override_reason': False,
                'is_published': False,
            }
        call = self.env['scn.call'].sudo().browse(vals.get('scn_call_id') or [])
        if not call:
            return vals
        if not vals.get('event_id'):
            vals = {**vals, 'event_id': call.event_id.id}
        if not self.env.su or user.share:
            vals = {**vals, 'scn_state': 'received'}
        return {'scn_state': 'received', **vals}

    def _check_call(self):
        """
        :raises GateRefused: for the first proposal that its call does not take
        """
        person = self.env.user.partner_id if self.env.user.share else None
        for track in self.sudo():
            call = track.scn_call_id
            if not call:
                if self.env.user.share:
                    raise GateRefused(
                        Refusal(
                            CallCode.CALL_MISSING,
                            self.env._(
                                "Proposals for “%(event)s” come through a call: choose one in the list of calls.",
                                event=track.event_id.name,
                            ),
                        )
                    )
                continue
            refusal = call._find_refusal(track.scn_city_id, person)
            if refusal and not track.scn_override_reason:
                raise GateRefused(refusal)

    @api.constrains('scn_call_id', 'event_id')
    def _check_event_of_call(self):
        for track in self.sudo():
            call = track.scn_call_id
            if call and (call.type == 'topic' or call.event_id != track.event_id):
                raise ValidationError(
                    self.env._("“%(call)s” is not a call for “%(event)s”.", call=call.name, event=track.event_id.name)
                )

    # -- what cannot be said before it is announced ------------------------------------------------------------

    @api.constrains('is_published', 'stage_id', 'scn_state', 'scn_call_id')
    def _check_shown_after_announcing(self):
        for track in self.sudo():
            shown = track.is_published or track.stage_id.is_visible_in_agenda
            if track.scn_call_id and shown and track.scn_state not in ('accepted', 'confirmed'):
                raise ValidationError(
                    self.env._(
                        "“%(proposal)s” is not announced as accepted: decide and announce before the programme shows "
                        "it.",
                        proposal=track.name,
                    )
                )

    def _track_template(self, changes):
        """Odoo's mail for a stage would tell a decision before it is announced; ours tells it."""
        templates = super()._track_template(changes)
        if self[:1].sudo().scn_call_id:
            templates.pop('stage_id', None)
        return templates
