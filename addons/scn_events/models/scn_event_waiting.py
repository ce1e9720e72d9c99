from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from odoo.addons.scn_partner.fresh_snapshot import with_fresh_snapshot

from ..exceptions import GateRefused
from ..gate_codes import GateCode, Refusal

OPEN_STATES = ('waiting', 'offered')
#: What the list itself moves on.
SYSTEM_FIELDS = frozenset({'state', 'offered_until', 'registration_id', 'notice_pending'})


class ScnEventWaiting(models.Model):
    """Somebody who waits for a seat: each city's first seat comes before any city's second.

    A free seat is offered for a while and kept meanwhile; an offer that is not taken goes on to the next. States:
    waiting → offered → accepted | expired, withdrawn from the first two. A cancelled event closes its list; where it takes
    place after all, who waited waits again.
    """

    _name = 'scn.event.waiting'
    _description = 'Waiting for a Seat'
    _order = 'event_id, id'

    event_id = fields.Many2one('event.event', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='event_id.company_id')
    event_ticket_id = fields.Many2one(
        'event.event.ticket', string="Ticket", ondelete='cascade', domain="[('event_id', '=', event_id)]"
    )
    event_slot_id = fields.Many2one(
        'event.slot', string="Slot", ondelete='cascade', domain="[('event_id', '=', event_id)]"
    )
    city_id = fields.Many2one(
        'res.partner', index='btree_not_null', ondelete='cascade', domain="[('is_city', '=', True)]"
    )
    name = fields.Char(required=True)
    email = fields.Char(required=True)
    phone = fields.Char()
    partner_id = fields.Many2one('res.partner', string="Contact", ondelete='set null', index='btree_not_null')
    state = fields.Selection(
        [
            ('waiting', 'Waiting'),
            ('offered', 'Offered'),
            ('accepted', 'Has a seat'),
            ('expired', 'Offer not taken'),
            ('withdrawn', 'Withdrawn'),
            ('closed', 'Event cancelled'),
        ],
        default='waiting',
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    offered_until = fields.Datetime(readonly=True, copy=False)
    notice_pending = fields.Boolean(readonly=True, copy=False, groups='base.group_system')
    registration_id = fields.Many2one('event.registration', readonly=True, copy=False, ondelete='set null')

    @api.constrains('event_id', 'event_ticket_id', 'event_slot_id')
    def _check_belongs_together(self):
        for entry in self:
            for part in (entry.event_ticket_id, entry.event_slot_id):
                if part and part.event_id != entry.event_id:
                    raise UserError(
                        self.env._(
                            "Ticket and slot belong to “%(event)s”: choose them anew.", event=entry.event_id.name
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        """Who waits passes the gate, seats apart, and stands on the list once."""
        if not self.env.su:
            for vals in vals_list:
                if SYSTEM_FIELDS & vals.keys():
                    raise AccessError(self.env._("The list itself moves on who waits."))
        entries = super().create(vals_list)
        events = entries.sudo().event_id.sorted('id')
        events._guard_rows()
        for entry in entries.sudo():
            entry._check_may_wait()
        events._offer_free_seats()
        return entries

    def write(self, vals):
        if not self.env.su and (SYSTEM_FIELDS | {'event_id', 'city_id'}) & vals.keys():
            raise AccessError(self.env._("The list itself moves on who waits."))
        return super().write(vals)

    def _check_may_wait(self):
        """
        :raises GateRefused: where not even a free seat would help
        :raises UserError: for somebody who stands on the list or has a seat already
        """
        self.ensure_one()
        event = self.event_id
        refusal = event._find_refusal(self.city_id, self.event_ticket_id, self.event_slot_id)
        if not refusal and event.event_ticket_ids and not self.event_ticket_id:
            refusal = Refusal(GateCode.TICKET_MISSING, self.env._("Choose a ticket for “%(event)s”.", event=event.name))
        if refusal:
            raise GateRefused(refusal)
        address = email_normalize(self.email)
        if not address:
            raise UserError(self.env._("Fill in one e-mail address, for example ana@city.example."))
        others = self.search(
            [('event_id', '=', event.id), ('state', 'in', OPEN_STATES), ('id', '!=', self.id)]
        ).filtered(lambda entry: entry.event_slot_id == self.event_slot_id and email_normalize(entry.email) == address)
        if others:
            raise UserError(
                self.env._(
                    "Somebody with this address is on the waiting list of “%(event)s” already.", event=event.name
                )
            )

    # -- what happens to an entry ------------------------------------------------------------------------------

    def _offer(self, until):
        """Offer a seat to this person until then; the mail leaves with the next run of the job."""
        self.ensure_one()
        self.write({'state': 'offered', 'offered_until': until})
        template = self.env.ref('scn_events.mail_template_offer', raise_if_not_found=False)
        if template:
            template.send_mail(self.id, force_send=False)

    def _check_can_take(self):
        """
        :raises UserError: for anything but an open offer
        """
        self.ensure_one()
        if self.state != 'offered' or self.offered_until < fields.Datetime.now():
            raise UserError(self.env._("This offer is not open any more. You can join the waiting list again."))

    def _take(self):
        """The offered seat becomes a registration; the gate looks once more.

        :return: the registration
        """
        self._check_can_take()
        entry = self.sudo()
        entry.event_id._guard_rows()
        entry.state = 'accepted'
        entry.flush_recordset(['state'])
        values = {
            'event_id': entry.event_id.id,
            'event_ticket_id': entry.event_ticket_id.id,
            'event_slot_id': entry.event_slot_id.id,
            'scn_city_id': entry.city_id.id,
            'partner_id': entry.partner_id.id,
            'name': entry.name,
            'email': entry.email,
            'phone': entry.phone,
            'company_name': entry.city_id.name,
        }
        entry.registration_id = self.env['event.registration'].sudo().create(values)
        return entry.registration_id

    def _withdraw(self):
        """The person waits no more; what was offered goes on."""
        entries = self.sudo().filtered(lambda entry: entry.state in OPEN_STATES)
        entries.event_id.sorted('id')._guard_rows()
        entries.write({'state': 'withdrawn', 'offered_until': False})
        entries.event_id._offer_free_seats()

    def _follow_cancelling(self, cancelled):
        """The list of a cancelled event is closed; where it takes place after all, who waited waits again."""
        if cancelled:
            entries = self.filtered(lambda entry: entry.state in OPEN_STATES)
            entries.write({'state': 'closed', 'offered_until': False})
        else:
            self.filtered(lambda entry: entry.state == 'closed').write({'state': 'waiting'})

    def _tell(self, template):
        """Put the mail in line for those whose list is closed."""
        closed = self.filtered(lambda entry: entry.state == 'closed')
        if closed:
            template.send_mail_batch(closed.ids, force_send=False)
        self.notice_pending = False

    def action_take(self):
        """Staff take an open offer for somebody who said yes by mail or phone."""
        self.check_access('write')
        for entry in self:
            entry._take()
        return True

    def action_withdraw(self):
        """Staff take somebody off the list."""
        self.check_access('write')
        self._withdraw()
        return True

    @api.model
    def _cron_move_on(self):
        """Hourly: offers that were not taken go on to the next, and free seats are offered."""
        events = (
            self.sudo()
            .search([('state', 'in', OPEN_STATES), ('event_id.date_end', '>', fields.Datetime.now())])
            .event_id
        )
        for done, event_id in enumerate(events.ids, start=1):
            with_fresh_snapshot(self.env, self._move_on_at, event_id)
            if not self.env['ir.cron']._commit_progress(1, remaining=len(events) - done):
                break

    @api.model
    def _move_on_at(self, event_id):
        """One event of the hourly job; nothing where the event is gone by now."""
        event = self.env['event.event'].sudo().browse(event_id).exists()
        event._guard_rows()
        self.sudo().search(
            [
                ('event_id', '=', event.id),
                ('state', '=', 'offered'),
                ('offered_until', '<', fields.Datetime.now()),
            ]
        ).write({'state': 'expired'})
        event._offer_free_seats()
