from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tools import SQL

#: A job repeats its own batch after a serialization failure: ``ir.cron`` does not.
MAX_TRIES = 5
#: What is wrong with one record; the others of its batch are invoiced all the same.
RECORD_ERRORS = (UserError, RedirectWarning)
RETRY_ERRORS = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable, errors.UniqueViolation)
RETRY_AFTER = timedelta(hours=6)


class ScnPartnershipPeriod(models.Model):
    """Invoicing the ledger: exactly once, in committed batches, an error kept on its own record."""

    _inherit = 'scn.partnership.period'

    # -- what people do ----------------------------------------------------------------------------------------

    def action_invoice(self):
        """Invoice these periods now, as far as they are due.

        What cannot be invoiced is said and stays on the record: an error raised here would take it back with
        everything else.

        :return: action that opens the invoices; with a message before it when some could not be made
        :raises AccessError: for anybody but finance
        :raises UserError: when there is nothing to invoice
        """
        self._check_finance()
        self._lock()
        periods = self.sudo()
        before = periods.line_ids
        periods._bill(fields.Date.context_today(self))
        moves = (periods.line_ids - before).move_id
        problems = periods._get_problems()
        if not moves and not problems:
            raise UserError(self.env._("Everything that is due is invoiced already."))
        action = self.env['ir.actions.act_window']._for_xml_id('account.action_move_out_invoice_type')
        action['domain'] = [('id', 'in', moves.ids)]
        if not problems:
            return action
        return self._notify(
            self.env._("Not everything could be invoiced"),
            "\n".join(problems),
            kind='warning',
            follow=action if moves else None,
        )

    def _get_problems(self):
        """Why these periods are not invoiced, one sentence each, no sentence twice."""
        return list(
            dict.fromkeys(
                period._get_waiting_message() if period.state == 'waiting' else period.last_error
                for period in self
                if period.state == 'waiting' or period.last_error
            )
        )

    def action_credit_and_reissue(self):
        """Credit the invoices of these periods and issue them again, with the purchase order of today.

        One action: when issuing again is not possible, nothing is credited either.

        :raises AccessError: for anybody but finance
        :raises UserError: when nothing is posted, or a purchase order is missing
        """
        self._check_finance()
        self._lock()
        periods = self.sudo()
        moves = periods.line_ids.move_id.filtered(lambda move: move.state == 'posted')
        if not moves:
            raise UserError(self.env._("There is no posted invoice to credit."))
        # An invoice may hold several periods: they are issued again together.
        periods = moves.invoice_line_ids.scn_period_id
        moves._credit_what_stands()
        periods.write({'purchase_reference_id': False})
        today = fields.Date.context_today(self)
        created = periods._invoice(today)
        waiting = periods.filtered(lambda period: period.state == 'waiting')
        if waiting:
            raise UserError(waiting[0]._get_waiting_message())
        return created

    def _check_finance(self):
        self.check_access('read')
        if not self.env.su and not self.env.user.has_group('scn_partner.group_scn_finance'):
            raise AccessError(self.env._("Only finance invoices partnerships."))

    def _lock(self):
        """Wait for whoever invoices these periods now; if they did, the call is repeated with a fresh look.

        :raises psycopg2.errors.SerializationFailure: the framework, or the job itself, tries again
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM scn_partnership_period WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                self.ids,
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset()

    # -- one batch ---------------------------------------------------------------------------------------------

    def _invoice(self, today):
        """Create and post the invoices of what is due.

        :return: the posted invoices; a period that waits for its purchase order gives none
        """
        ready = self._apply_purchase_order_gate(today)
        journals = ready._get_journals()
        values_list = [
            {'journal_id': journals[period.company_id, period.currency_id].id, **values}
            for period in ready
            for part in period._get_open_instalments(today)
            if (values := period._prepare_invoice_values(part, today))
        ]
        # Tracking notes are left out: the ledger itself says who invoiced what, and when.
        moves = (
            self.env['account.move']
            .with_context(
                tracking_disable=True,
                mail_create_nolog=True,
                mail_create_nosubscribe=True,
                mail_notrack=True,
            )
            .create(values_list)
        )
        moves._post(soft=False)
        ready.filtered('last_error').write({'last_error': False, 'retry_at': False})
        return moves

    def _get_journals(self):
        """Odoo's own choice of the journal, looked up once per company and currency instead of once per invoice.

        :return: dict from ``(company, currency)`` to journal
        :raises UserError: when a company has no sales journal
        """
        moves = self.env['account.move']
        return {
            (company, currency): moves.with_company(company)
            .new(
                {
                    'move_type': 'out_invoice',
                    'company_id': company.id,
                    'currency_id': currency.id,
                }
            )
            ._search_default_journal()
            for company, currency in {(period.company_id, period.currency_id) for period in self}
        }

    def _prepare_invoice_values(self, part, today):
        """Values of one invoice, for one instalment of this period. Integrators extend this one.

        :param part: ``(number, amount, credit, invoice date, payer)``
        """
        self.ensure_one()
        number, amount, credit, __, payer = part
        partnership = self.partnership_id
        billed = partnership.billing_contact_id if not partnership.instalment_ids else payer
        terms = partnership.payment_term_id or payer.with_company(self.company_id).property_payment_term_id
        return {
            'move_type': 'out_invoice',
            'company_id': self.company_id.id,
            'partner_id': (billed or payer).id,
            'currency_id': self.currency_id.id,
            'invoice_date': today,
            'invoice_payment_term_id': terms.id,
            'ref': self.purchase_reference_id.number or False,
            'invoice_origin': partnership.name,
            'invoice_user_id': partnership.user_id.id,
            'invoice_line_ids': [fields.Command.create(self._prepare_invoice_line_values(number, amount - credit))],
        }

    def _prepare_invoice_line_values(self, number, amount):
        """Values of the line that carries the key; the text names tier, city and days."""
        self.ensure_one()
        return {
            'product_id': self.product_id.id,
            'name': self._get_invoice_text(),
            'quantity': 1.0,
            'price_unit': amount,
            'scn_period_id': self.id,
            'scn_instalment': number,
            'scn_issue': self.issue,
            'sale_line_ids': [fields.Command.link(self.sale_line_id.id)] if self.sale_line_id else [],
        }

    def _get_invoice_text(self):
        self.ensure_one()
        lang = (self.partnership_id.payer_id or self.partner_id).lang
        period = self.with_context(lang=lang)
        return period.env._(
            "%(tier)s, %(city)s, %(start)s – %(end)s",
            tier=period.grade_id.name,
            city=period.partner_id.name,
            start=self.date_start,
            end=self.date_end,
        )

    # -- the job -----------------------------------------------------------------------------------------------

    @api.model
    def _cron_bill(self, batch_size=100):
        """Invoice everything due, in committed batches; safe to run twice, in parallel, or killed midway."""
        while True:
            done = self._bill_next_batch(fields.Date.context_today(self), batch_size)
            if not done:
                break
            remaining = self.search_count(self._get_due_domain(fields.Date.context_today(self)))
            if not self.env['ir.cron']._commit_progress(done, remaining=remaining):
                break

    @api.model
    def _get_due_domain(self, today):
        return [
            ('state', 'in', ('planned', 'waiting', 'partial')),
            ('next_invoice_date', '<=', today),
            *self._get_billed_domain(),
            '|',
            ('retry_at', '=', False),
            ('retry_at', '<=', fields.Datetime.now()),
        ]

    @api.model
    def _get_billed_domain(self):
        """Running partnerships; of one that ended only what was never invoiced, not what was credited since."""
        return [
            '|',
            ('partnership_id.state', 'in', ('pending', 'active', 'paused', 'grace')),
            '&',
            ('partnership_id.state', '=', 'lapsed'),
            ('issue', '=', 1),
        ]

    @api.model
    def _bill_next_batch(self, today, batch_size):
        """Claim and invoice one batch, repeated after a serialization failure with a fresh snapshot.

        :return: number of periods looked at, 0 when nothing is left
        """
        for attempt in range(1, MAX_TRIES + 1):
            try:
                periods = self.sudo()._claim_due(today, batch_size)
                periods._bill(today)
                self.env.cr.flush()
                return len(periods)
            except RETRY_ERRORS:
                # Somebody else was faster: look again. Nothing of this batch is kept, no error is stored.
                self.env.cr.rollback()
                self.env.transaction.reset()
                if attempt == MAX_TRIES:
                    raise
        return 0

    @api.model
    def _claim_due(self, today, batch_size):
        """Take due periods of one company that no other worker holds.

        Posting in one journal is serial by its numbering, so workers divide by company: one that finds all
        companies taken waits for one small batch at most.
        """
        self.env.flush_all()
        taken = None
        for company_id in self._get_due_companies(today):
            self.env.cr.execute(SQL("SELECT pg_try_advisory_xact_lock(hashtext('scn_billing'), %s)", company_id))
            if not self.env.cr.fetchone()[0]:
                taken = taken or company_id
            elif periods := self._claim_due_of_company(company_id, today, batch_size):
                return periods
        if not taken:
            return self.browse()
        self._wait_for_company(taken)
        return self._claim_due_of_company(taken, today, batch_size) or self._claim_due(today, batch_size)

    @api.model
    def _wait_for_company(self, company_id):
        """Wait for the worker that holds a company and take its place, with a fresh snapshot.

        A lock of the transaction would come with the snapshot from before the wait, in which every row that the
        other worker invoiced is a serialization failure. So the session waits, a new transaction takes the lock
        over, and nothing is held while waiting.
        """
        self.env.cr.rollback()
        self.env.cr.execute(SQL("SELECT pg_advisory_lock(hashtext('scn_billing'), %s)", company_id))
        self.env.cr.rollback()
        self.env.cr.execute(
            SQL(
                "SELECT pg_advisory_xact_lock(hashtext('scn_billing'), %(company)s),"
                " pg_advisory_unlock(hashtext('scn_billing'), %(company)s)",
                company=company_id,
            )
        )

    @api.model
    def _get_due_sql(self, today):
        """What ``_get_due_domain`` says, for a statement that locks rows."""
        return SQL(
            """
              FROM scn_partnership_period period JOIN scn_partnership partnership
                ON partnership.id = period.partnership_id
             WHERE period.state IN ('planned', 'waiting', 'partial') AND period.next_invoice_date <= %(today)s
               AND (partnership.state IN ('pending', 'active', 'paused', 'grace')
                    OR partnership.state = 'lapsed' AND period.issue = 1)
               AND (period.retry_at IS NULL OR period.retry_at <= %(now)s)
            """,
            today=today,
            now=fields.Datetime.now(),
        )

    @api.model
    def _get_due_companies(self, today):
        due = self._get_due_sql(today)
        self.env.cr.execute(SQL("SELECT DISTINCT period.company_id %s ORDER BY period.company_id", due))
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _claim_due_of_company(self, company_id, today, batch_size):
        self.env.cr.execute(
            SQL(
                "SELECT period.id %s AND period.company_id = %s ORDER BY period.id LIMIT %s"
                " FOR NO KEY UPDATE OF period SKIP LOCKED",
                self._get_due_sql(today),
                company_id,
                batch_size,
            ),
            log_exceptions=False,
        )
        return self.browse([row[0] for row in self.env.cr.fetchall()])

    def _bill(self, today):
        """Invoice a claimed batch: one savepoint; only after it failed, period by period."""
        try:
            with self.env.cr.savepoint():
                self._invoice(today)
        except RECORD_ERRORS:
            for period in self:
                try:
                    with self.env.cr.savepoint():
                        period._invoice(today)
                except RECORD_ERRORS as error:
                    period._keep_error(str(error))
        # What is still due is looked at again later, not by this run: it would never end.
        self._refresh_state()
        self._get_still_due(today).write({'retry_at': fields.Datetime.now() + RETRY_AFTER})
        for period in self.filtered(lambda period: period.state == 'waiting'):
            period._open_activity('scn_partner.mail_activity_type_purchase_order', period._get_waiting_message())
        (self - self.filtered(lambda period: period.state == 'waiting' or period.last_error))._close_activities()

    def _get_still_due(self, today):
        return self.filtered(
            lambda period: (
                period.state in ('planned', 'waiting', 'partial')
                and period.next_invoice_date
                and period.next_invoice_date <= today
            ),
        )

    def _keep_error(self, message):
        """Keep an error on the record, with one open task and a time to try again."""
        self.write({'last_error': message, 'retry_at': fields.Datetime.now() + RETRY_AFTER})
        self._open_activity('scn_partner.mail_activity_type_billing_error', message)

    def _open_activity(self, activity_xml_id, note):
        partnership = self.partnership_id
        if not partnership.activity_search([activity_xml_id], only_automated=False):
            partnership.activity_schedule(
                activity_xml_id,
                user_id=(partnership.user_id or self.env.ref('base.user_admin')).id,
                note=note,
            )

    def _close_activities(self):
        self.partnership_id.activity_unlink(
            [
                'scn_partner.mail_activity_type_billing_error',
                'scn_partner.mail_activity_type_purchase_order',
            ]
        )
