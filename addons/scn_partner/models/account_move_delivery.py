from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

#: After this time a task says that Odoo's own sending job has not come to an invoice.
QUEUED_TOO_LONG = timedelta(days=1)
#: An invoice that could not be sent is tried again after this time.
SEND_AGAIN_AFTER = timedelta(hours=6)
UPLOAD_TASK = 'scn_partner.mail_activity_type_upload'
FAILED_TASK = 'scn_partner.mail_activity_type_not_sent'


class AccountMove(models.Model):
    """How the invoice of a period reaches the city: asked for, queued at Odoo's own sending job, sent or uploaded.

    Nothing here runs inside the billing transaction. ``is_move_sent`` is Odoo's own flag; the state adds what
    finance needs to see: what waits for a portal, and what did not arrive and why.
    """

    _inherit = 'account.move'

    scn_delivery_state = fields.Selection(
        [
            ('requested', 'To be sent'),
            ('queued', 'Being sent'),
            ('sent', 'Sent'),
            ('upload', 'To be uploaded'),
            ('delivered', 'Uploaded'),
            ('failed', 'Not sent'),
        ],
        string="Delivery",
        readonly=True,
        copy=False,
    )
    scn_delivery_error = fields.Char(string="Why it was not sent", readonly=True, copy=False, groups='base.group_user')
    scn_delivery_retry_at = fields.Datetime(readonly=True, copy=False, groups='base.group_user')
    scn_delivered_on = fields.Datetime(
        string="Delivered on", readonly=True, copy=False, index='btree_not_null', groups='base.group_user'
    )
    scn_delivery_message_id = fields.Many2one(
        'mail.message',
        readonly=True,
        copy=False,
        index='btree_not_null',
        ondelete='set null',
        groups='base.group_user',
    )

    _scn_delivery_open = models.Index(
        "(scn_delivery_state) WHERE scn_delivery_state IN ('requested', 'queued', 'failed')"
    )

    # -- what people do ----------------------------------------------------------------------------------------

    def action_scn_send(self):
        """Queue these invoices for sending, in the way each payer receives them.

        :raises AccessError: for anybody but finance
        :raises UserError: when none of them may be sent, with the reason
        """
        self._check_scn_finance()
        moves = self.filtered(lambda move: move._may_be_queued())
        if not moves:
            raise UserError(self.env._("There is nothing to send: what is invoiced is sent, or being sent."))
        if not self.env.ref('account.ir_cron_account_move_send').sudo().active:
            raise UserError(self.env._("Odoo's job “Send invoices automatically” is switched off. Ask to activate it."))
        problems = {move: problem for move in moves if (problem := move._get_delivery_problem())}
        if len(problems) == len(moves):
            raise UserError(next(iter(problems.values())))
        repeated = moves.sudo()._repeat_mails()
        (moves.sudo() - repeated)._queue_delivery(self.env.user)
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning' if problems else 'success',
                'title': self.env._("Sending invoices"),
                'message': self.env._(
                    "%(sent)s are being sent in the background. %(kept)s cannot leave yet: see their tasks.",
                    sent=len(moves) - len(problems),
                    kept=len(problems),
                )
                if problems
                else self.env._("%(sent)s are being sent in the background.", sent=len(moves)),
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }

    def action_scn_uploaded(self):
        """Say that these invoices are uploaded to the supplier portal: their tasks are done.

        :raises AccessError: for anybody but finance
        """
        self._check_scn_finance()
        moves = self.filtered(lambda move: move.scn_delivery_state == 'upload')
        if not moves:
            raise UserError(self.env._("None of these invoices waits for an upload."))
        moves.activity_feedback([UPLOAD_TASK])
        moves.sudo()._note_uploaded()
        return True

    def _check_scn_finance(self):
        self.check_access('write')
        if not self.env.su and not self.env.user.has_group('scn_partner.group_scn_finance'):
            raise AccessError(self.env._("Only finance sends the invoices of partnerships."))

    # -- what may leave, and to whom ---------------------------------------------------------------------------

    def _get_ledger_periods(self):
        """Periods that these invoices charge or charged, and for a credit note those of its invoice."""
        lines = self.sudo().invoice_line_ids + self.sudo().reversed_entry_id.invoice_line_ids
        return lines.scn_period_id | lines.scn_credited_period_id

    def _get_order_number(self):
        """The city's purchase order on this invoice, or False; a credit note names that of its invoice.

        Odoo's ``ref`` of a credit note is a remark of ours, never an order of the city.
        """
        self.ensure_one()
        origin = self.reversed_entry_id or self
        return origin.sudo().invoice_line_ids.scn_period_id.purchase_reference_id[:1].number or origin.ref or False

    def _may_be_queued(self):
        """Whether it belongs to the ledger, is posted, and was neither sent nor queued; a failure may go again."""
        self.ensure_one()
        return (
            self.state == 'posted'
            and self.move_type in ('out_invoice', 'out_refund')
            and not self.sending_data
            and (self.scn_delivery_state in ('requested', 'failed') or not self.is_move_sent)
            and bool(self._get_ledger_periods())
        )

    def _get_delivery_problem(self):
        """Why this invoice of the ledger may not leave: one sentence, or False."""
        self.ensure_one()
        periods = self._get_ledger_periods()
        if not periods:
            return False
        city = periods.partner_id[:1]
        names = {'invoice': self.name, 'city': city.name, 'payer': self.commercial_partner_id.name}
        if set(periods.mapped('state')) & {'waived', 'elsewhere', 'cancelled'}:
            return self.env._("The fee of %(invoice)s is waived, cancelled or billed elsewhere.", **names)
        number = self._get_order_number()
        if self.move_type == 'out_invoice' and city.requires_purchase_order and not number:
            return self.env._(
                "%(invoice)s has no purchase-order number and %(city)s pays with one only. Enter it under the "
                "city's purchase orders, then use “Credit and issue again” in the ledger.",
                **names,
            )
        if problem := self._get_channel_problem():
            return problem
        if 'email' in self._get_delivery_methods() and not self._get_recipients():
            return self.env._(
                "Nobody to send %(invoice)s to: give %(payer)s an invoice address with an e-mail, or the "
                "partnership a billing contact. The elected lead is never written to.",
                **names,
            )
        return False

    def _get_channel_problem(self):
        """Why this invoice cannot reach its payer in the payer's way: one sentence, or False."""
        self.ensure_one()
        return self.partner_id._get_channel_problem(self.company_id, self._get_order_number())

    def _get_delivery_methods(self):
        """Odoo's sending methods for this invoice; a portal's files are made and sent to nobody."""
        self.ensure_one()
        return {'manual'} if self.commercial_partner_id.invoice_channel == 'portal' else {'email'}

    def _get_recipients(self):
        """Whom the mail goes to: the billing contact, else the payer's invoice address, else the city's finance
        people, else the payer itself; never the elected lead."""
        self.ensure_one()
        payer, city = self.commercial_partner_id.sudo(), self._get_ledger_periods().partner_id
        elected = city._get_elected()
        their_mails = set(elected.mapped('email_normalized'))
        roles = city.contact_role_ids if payer in city else city.contact_role_ids.browse()
        choices = (
            self.partner_id.sudo() - payer,
            payer.child_ids.filtered(lambda child: child.type == 'invoice'),
            roles.filtered(lambda role: role.is_current and role.role == 'finance').contact_id,
            payer,
        )
        for choice in choices:
            found = (choice - elected).filtered(
                lambda partner: partner.email_normalized and partner.email_normalized not in their_mails,
            )
            if found:
                return found
        return payer.browse()

    # -- queueing ----------------------------------------------------------------------------------------------

    def _request_delivery(self):
        """Ask for the sending of what was posted, where the body wants it sent without staff.

        A credit note goes where its invoice went; an invoice that is taken back before it left stays here.
        """
        asked = self.browse()
        for move in self:
            origin = move.reversed_entry_id
            if move.move_type == 'out_refund' and not origin.is_move_sent and origin._is_taken_back():
                origin._forget_delivery()
            elif (
                move.company_id.scn_send_invoices == 'automatic'
                and not move.scn_delivery_state
                and move._may_be_queued()
            ):
                asked += move
        if asked:
            asked.scn_delivery_state = 'requested'
            self.env.ref('scn_partner.ir_cron_deliver_invoices').sudo()._trigger()

    def _is_taken_back(self):
        """Whether this invoice of the ledger is credited as a whole."""
        return bool(self._get_ledger_periods()) and self._is_fully_reversed()

    def _queue_delivery(self, user=None):
        """Put invoices into Odoo's own sending queue; what may not leave keeps its reason and a task.

        :param user: on whose behalf; each invoice's own salesperson when nobody pressed a button
        """
        # Read for all at once what is looked at one by one.
        cities = self._get_ledger_periods().partner_id
        (cities | cities.contact_role_ids.contact_id).mapped('name')
        self.line_ids.tax_ids.mapped('name')
        ready = self.browse()
        for move in self:
            problem = move._get_delivery_problem()
            if problem:
                move._keep_delivery_error(problem)
            else:
                ready += move
        authors = ready.grouped(lambda move: user or move.invoice_user_id or self.env.user)
        for author, moves in authors.items():
            moves.write(
                {
                    'sending_data': {'author_user_id': author.id, 'author_partner_id': author.partner_id.id},
                    'scn_delivery_state': 'queued',
                    'scn_delivery_error': False,
                    'scn_delivery_retry_at': fields.Datetime.now() + QUEUED_TOO_LONG,
                }
            )
        if ready:
            self.env.ref('account.ir_cron_account_move_send').sudo()._trigger()

    def _repeat_mails(self):
        """Send again the mails that a server refused, as they are.

        :return: the invoices whose mail is on its way again; what never had one, or had a wrong address, is not
        """
        mails = (
            self.env['mail.mail']
            .sudo()
            .search(
                [
                    ('mail_message_id', 'in', self.scn_delivery_message_id.ids),
                    ('state', 'in', ('exception', 'outgoing')),
                ]
            )
        )
        if not mails:
            return self.browse()
        mails.mark_outgoing()
        self.env.ref('mail.ir_cron_mail_scheduler_action').sudo()._trigger()
        repeated = self.filtered(lambda move: move.scn_delivery_message_id in mails.mail_message_id)
        repeated.scn_delivery_retry_at = fields.Datetime.now() + SEND_AGAIN_AFTER
        return repeated

    def _forget_delivery(self):
        """Back to an invoice that nobody asked to send; its tasks are closed."""
        moves = self.filtered('scn_delivery_state')
        if moves:
            moves.activity_unlink([UPLOAD_TASK, FAILED_TASK])
            moves.write(
                {
                    'sending_data': False,
                    'scn_delivery_state': False,
                    'scn_delivery_error': False,
                    'scn_delivery_retry_at': False,
                    'scn_delivery_message_id': False,
                    'scn_delivered_on': False,
                }
            )

    def write(self, vals):
        result = super().write(vals)
        if vals.get('state') in ('draft', 'cancel'):
            self._forget_delivery()
        return result

    # -- what came of it ---------------------------------------------------------------------------------------

    def _keep_delivery_error(self, message):
        """Keep why an invoice was not sent, with one open task for finance and a time to try again."""
        for move in self:
            move.write(
                {
                    'scn_delivery_state': 'failed',
                    'scn_delivery_error': message,
                    'scn_delivery_retry_at': fields.Datetime.now() + SEND_AGAIN_AFTER,
                }
            )
            if not move.activity_search([FAILED_TASK], only_automated=False):
                user = move.company_id._get_scn_finance_user()
                move.activity_schedule(FAILED_TASK, user_id=user.id, note=message)

    def _note_sent(self):
        """These invoices reached their payers, as far as we can know."""
        moves = self.filtered(lambda move: move.scn_delivery_state not in ('upload', 'delivered'))
        moves.activity_unlink([FAILED_TASK])
        moves.write(
            {
                'scn_delivery_state': 'sent',
                'scn_delivery_error': False,
                'scn_delivery_retry_at': False,
                'scn_delivered_on': fields.Datetime.now(),
            }
        )

    def _note_uploaded(self):
        self.filtered(lambda move: move.scn_delivery_state == 'upload').write(
            {'scn_delivery_state': 'delivered', 'scn_delivered_on': fields.Datetime.now()}
        )
