from odoo import api, fields, models
from odoo.exceptions import UserError

from .event_type import KINDS

#: Who sees the link of an online room: staff who hold events. Everybody else gets it by a confirmed registration.
LINK_GROUPS = 'event.group_event_registration_desk,scn_partner.group_scn_user'
STAFF_GROUPS = LINK_GROUPS


class EventEvent(models.Model):
    """An event of the network: its kind, whom it is for, what is worked on and what it leaves behind.

    The link of the online room is never in Odoo's public ``event_url``: that one is on pages, in calendar files and
    in answers to anybody. Whatever is written there moves to ``scn_join_url``.
    """

    _inherit = 'event.event'

    scn_kind = fields.Selection(
        KINDS,
        string="Kind",
        compute='_compute_scn_kind',
        store=True,
        readonly=False,
        index=True,
    )
    scn_benefit_id = fields.Many2one(
        'scn.benefit',
        string="Benefit needed",
        compute='_compute_scn_benefit_id',
        store=True,
        readonly=False,
        ondelete='restrict',
        tracking=True,
        help="Only cities that hold this benefit on the day may join. Empty: open to anyone.",
    )
    scn_working_line_ids = fields.Many2many(
        'scn.working.line',
        'scn_event_working_line_rel',
        'event_id',
        'line_id',
        string="Working lines",
        compute='_compute_scn_working_line_ids',
        store=True,
        readonly=False,
    )
    scn_needs_approval = fields.Boolean(
        string="Staff approve",
        compute='_compute_scn_needs_approval',
        store=True,
        readonly=False,
        help="What cities and visitors ask for waits until somebody of the staff approves it.",
    )
    is_multi_slots = fields.Boolean(compute='_compute_is_multi_slots', store=True, readonly=False)
    scn_host_city_ids = fields.Many2many(
        'res.partner',
        'scn_event_host_city_rel',
        'event_id',
        'city_id',
        string="Host cities",
        domain="[('is_city', '=', True)]",
        groups=STAFF_GROUPS,
    )
    scn_outcome_ids = fields.One2many(
        'scn.event.outcome', 'event_id', string="Outcomes", groups=STAFF_GROUPS, copy=False
    )
    scn_invitation_ids = fields.One2many(
        'scn.event.invitation', 'event_id', string="Invited cities", groups=STAFF_GROUPS, copy=False
    )
    scn_has_invitations = fields.Boolean(
        string="Cities are invited",
        compute='_compute_scn_has_invitations',
        store=True,
        groups='base.group_system',
        help="Kept, so that the gate looks for invitations only where there are some.",
    )
    scn_allowance_ids = fields.One2many(
        'scn.event.allowance',
        'event_id',
        string="Seats of a city",
        compute='_compute_scn_allowance_ids',
        store=True,
        readonly=False,
        copy=True,
        groups=STAFF_GROUPS,
    )
    scn_join_url = fields.Char(
        string="Link to the online room",
        copy=False,
        groups=LINK_GROUPS,
        help="Given to people with a confirmed registration only: never on a public page, never in a calendar file.",
    )
    scn_closed_on = fields.Date(
        string="Closed on", readonly=True, copy=False, tracking=True, help="Every outcome has an owner and a link."
    )

    scn_stage_ends = fields.Boolean(related='stage_id.pipe_end', store=True, string="In a stage for ended events")

    @api.depends('scn_invitation_ids')
    def _compute_scn_has_invitations(self):
        for event in self:
            event.scn_has_invitations = bool(event.scn_invitation_ids)

    # As Odoo does with its own fields: choosing a template fills in, changing the template itself does not. A method
    # for each field, because naming one field of a shared method would keep the others from being filled in.

    @api.depends('event_type_id')
    def _compute_scn_kind(self):
        for event in self:
            event.scn_kind = event.event_type_id.scn_kind or event.scn_kind

    @api.depends('event_type_id')
    def _compute_scn_benefit_id(self):
        for event in self:
            event.scn_benefit_id = event.event_type_id.scn_benefit_id or event.scn_benefit_id

    @api.depends('event_type_id')
    def _compute_scn_working_line_ids(self):
        for event in self:
            event.scn_working_line_ids = event.event_type_id.scn_working_line_ids or event.scn_working_line_ids

    @api.depends('event_type_id')
    def _compute_scn_needs_approval(self):
        for event in self:
            event.scn_needs_approval = event.event_type_id.scn_needs_approval or event.scn_needs_approval

    @api.depends('event_type_id')
    def _compute_is_multi_slots(self):
        for event in self:
            event.is_multi_slots = event.event_type_id.scn_is_multi_slots or event.is_multi_slots

    @api.depends('event_type_id')
    def _compute_scn_allowance_ids(self):
        for event in self:
            lines = event.event_type_id.scn_allowance_ids
            if lines:
                event.scn_allowance_ids = [
                    fields.Command.clear(),
                    *(fields.Command.create(line._prepare_event_values()) for line in lines),
                ]
            else:
                event.scn_allowance_ids = event.scn_allowance_ids

    # -- the link of the online room ---------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._hide_link(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._hide_link(vals))

    @api.model
    def _hide_link(self, vals):
        """Values with a link in the public field, changed so that it is in the private one."""
        if not vals.get('event_url'):
            return vals
        return {**vals, 'event_url': False, 'scn_join_url': vals.get('scn_join_url') or vals['event_url']}

    @api.constrains('scn_closed_on')
    def _check_closed(self):
        self.filtered('scn_closed_on')._check_can_close()

    # -- closing -----------------------------------------------------------------------------------------------

    def _check_can_close(self):
        """
        :raises UserError: while an event runs, or an outcome has no owner or no link
        """
        for event in self:
            if not event.is_finished:
                raise UserError(self.env._("“%(event)s” has not ended yet.", event=event.name))
            open_outcomes = event.scn_outcome_ids.filtered(lambda outcome: not outcome.is_complete)
            if open_outcomes:
                raise UserError(
                    self.env._(
                        "Before “%(event)s” can be closed, each outcome needs an owner and a link: %(outcomes)s.",
                        event=event.name,
                        outcomes=", ".join(open_outcomes.mapped('name')),
                    )
                )

    def action_scn_close(self):
        """Close events of which every outcome has an owner and a link."""
        self.check_access('write')
        self._check_can_close()
        self.write({'scn_closed_on': fields.Date.context_today(self)})
        self.action_set_done()
        return True

    def action_scn_reopen(self):
        """Open a closed event again, to add an outcome."""
        self.check_access('write')
        self.write({'scn_closed_on': False})
        return True
