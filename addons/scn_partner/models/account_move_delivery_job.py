from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from .account_move_delivery import FAILED_TASK, UPLOAD_TASK
from .scn_partnership_billing import MAX_TRIES, RETRY_ERRORS

#: Mails older than this are no longer watched: a server has long given up on them.
WATCH_DAYS = 60


class AccountMove(models.Model):
    """The job around Odoo's sending job: queues what is asked for, sees what failed, tries again."""

    _inherit = 'account.move'

    @api.model
    def _cron_deliver(self, batch_size=100):
        """Hourly, and after a run: safe to run twice, in parallel, or killed midway."""
        for step in (self._queue_requested, self._see_failed_mails, self._see_stuck, self._try_again):
            while done := self._with_fresh_snapshot(step, batch_size):
                if not self.env['ir.cron']._commit_progress(done):
                    return

    @api.model
    def _with_fresh_snapshot(self, step, batch_size):
        """A step, repeated after a serialization failure: ``ir.cron`` does not."""
        for attempt in range(1, MAX_TRIES + 1):
            try:
                done = step(batch_size)
                self.env.cr.flush()
                return done
            except RETRY_ERRORS:
                self.env.cr.rollback()
                self.env.transaction.reset()
                if attempt == MAX_TRIES:
                    raise
        return 0

    @api.model
    def _claim_deliveries(self, condition, batch_size):
        """Invoices in a condition that no other worker holds.

        :param condition: SQL on ``move``
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT move.id FROM account_move move WHERE move.state = 'posted' AND %s"
                " ORDER BY move.id LIMIT %s FOR NO KEY UPDATE OF move SKIP LOCKED",
                condition,
                batch_size,
            ),
            log_exceptions=False,
        )
        return self.sudo().browse([row[0] for row in self.env.cr.fetchall()])

    @api.model
    def _queue_requested(self, batch_size):
        moves = self._claim_deliveries(SQL("move.scn_delivery_state = 'requested'"), batch_size)
        moves._queue_delivery()
        return len(moves)

    @api.model
    def _get_unsent_sql(self, *statuses):
        """Whether a mail of an invoice has not reached somebody outside: refused, bounced, or (`ready`) not yet."""
        return SQL(
            "EXISTS (SELECT FROM mail_notification notice JOIN res_partner partner ON partner.id = notice.res_partner_id"
            " WHERE notice.mail_message_id = move.scn_delivery_message_id AND notice.notification_type = 'email'"
            " AND partner.partner_share AND notice.notification_status = ANY(%s))",
            list(statuses),
        )

    @api.model
    def _see_failed_mails(self, batch_size):
        """A mail that a server refused or sent back: the invoice says so, with the reason and a task."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=WATCH_DAYS)
        moves = self._claim_deliveries(
            SQL(
                "move.scn_delivery_state = 'sent' AND move.scn_delivered_on >= %s AND %s",
                since,
                self._get_unsent_sql('exception', 'bounce'),
            ),
            batch_size,
        )
        notices = moves.scn_delivery_message_id.notification_ids.filtered(
            lambda notice: (
                notice.notification_status in ('exception', 'bounce') and notice.res_partner_id.partner_share
            ),
        ).grouped('mail_message_id')
        for move in moves:
            move._keep_delivery_error(
                self.env._(
                    "The mail to %(recipients)s did not arrive: %(reason)s",
                    recipients=", ".join(notices[move.scn_delivery_message_id].res_partner_id.mapped('display_name')),
                    reason=notices[move.scn_delivery_message_id][0].format_failure_reason(),
                )
            )
        return len(moves)

    @api.model
    def _see_stuck(self, batch_size):
        """Queued for a day and not sent: Odoo's job is off, or ends in an error."""
        moves = self._claim_deliveries(
            SQL(
                "move.scn_delivery_state = 'queued' AND move.scn_delivery_retry_at <= %s AND %s",
                fields.Datetime.now(),
                SQL("move.sending_data IS NOT NULL"),
            ),
            batch_size,
        )
        moves._keep_delivery_error(
            self.env._("Odoo's job “Send invoices automatically” has not come to it for a day. Ask to look at the job.")
        )
        return len(moves)

    @api.model
    def _try_again(self, batch_size):
        """Failures whose time has come: the same mail once more, or a new look at what was missing."""
        moves = self._claim_deliveries(
            SQL("move.scn_delivery_state = 'failed' AND move.scn_delivery_retry_at <= %s", fields.Datetime.now()),
            batch_size,
        )
        unsent = self._filter_unsent(moves)
        (moves.filtered('scn_delivery_message_id') - unsent)._note_sent()
        # Without a mail that could be repeated (a wrong address) it waits for staff.
        (unsent - unsent._repeat_mails()).scn_delivery_retry_at = False
        moves.filtered(lambda move: not move.scn_delivery_message_id)._queue_delivery()
        return len(moves)

    @api.model
    def _filter_unsent(self, moves):
        moves.flush_recordset()
        self.env['mail.notification'].flush_model()
        self.env.cr.execute(
            SQL(
                "SELECT move.id FROM account_move move WHERE move.id = ANY(%s) AND %s",
                moves.ids,
                self._get_unsent_sql('exception', 'bounce', 'ready'),
            )
        )
        return moves.browse([row[0] for row in self.env.cr.fetchall()])

    # -- Odoo's own job ----------------------------------------------------------------------------------------

    @api.model
    def _cron_account_move_send(self, job_count=10):
        """What may not leave any more goes out of the queue first: one such invoice would stop Odoo's whole job."""
        while held := self._get_next_to_send(job_count).filtered(
            lambda move: move._get_ledger_periods() and move._get_delivery_problem(),
        ):
            for move in held:
                move.sending_data = False
                move._keep_delivery_error(move._get_delivery_problem())
        return super()._cron_account_move_send(job_count=job_count)

    @api.model
    def _get_next_to_send(self, job_count):
        """The invoices that Odoo's job takes next."""
        return self.search(
            [('sending_data', '!=', False), ('state', '=', 'posted')],
            order='date asc, invoice_date asc, sequence_number asc, id asc',
            limit=job_count,
        )

    # -- supplier portals --------------------------------------------------------------------------------------

    def _ask_to_upload(self, remarks):
        """One task per invoice for finance, with the files ready; done means delivered.

        :param remarks: dict from an invoice to what finance should know of its files, or nothing
        """
        moves = self.filtered(lambda move: move.scn_delivery_state not in ('upload', 'delivered'))
        moves.activity_unlink([FAILED_TASK])
        moves.write({'scn_delivery_state': 'upload', 'scn_delivery_error': False, 'scn_delivery_retry_at': False})
        kind = self.env.ref(UPLOAD_TASK)
        model_id = self.env['ir.model']._get_id(self._name)
        values_list = []
        for move in moves:
            files = self.env['account.move.send']._get_invoice_extra_attachments(move)
            user = move.company_id._get_scn_finance_user()
            values_list.append(
                {
                    'res_model_id': model_id,
                    'res_id': move.id,
                    'activity_type_id': kind.id,
                    'user_id': user.id,
                    'automated': True,
                    'date_deadline': fields.Date.context_today(self),
                    'summary': self.env._(
                        "Upload %(invoice)s to %(portal)s",
                        invoice=move.name,
                        portal=move.commercial_partner_id.supplier_portal_name,
                    ),
                    'note': move._get_upload_note(files, remarks.get(move)),
                    'attachment_ids': [fields.Command.set(files.ids)],
                }
            )
        self.env['mail.activity'].sudo().create(values_list)

    def _get_upload_note(self, files, remark):
        """The task's text: where to upload, which files, which references the portal asks for."""
        self.ensure_one()
        payer = self.commercial_partner_id
        links = Markup(", ").join(
            Markup('<a href="/web/content/%s?download=true">%s</a>') % (file.id, file.name) for file in files
        )
        portal = (
            Markup('<a href="%s" target="_blank" rel="noreferrer">%s</a>')
            % (payer.supplier_portal_url, payer.supplier_portal_name)
            if payer.supplier_portal_url
            else payer.supplier_portal_name
        )
        rows = [
            (self.env._("Portal"), portal),
            (self.env._("Files"), links),
            (self.env._("Purchase order"), self._get_order_number()),
            (self.env._("Buyer reference"), self.partner_id._get_buyer_reference()),
            (self.env._("Remark"), remark),
        ]
        lines = Markup().join(Markup("<li>%s: %s</li>") % row for row in rows if row[1])
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("The files are ready. Mark this task as done when they are uploaded."),
            lines,
        )
