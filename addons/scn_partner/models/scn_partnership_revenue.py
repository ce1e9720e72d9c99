from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..revenue_terms import last_day_served, share_paid, unearned


class ScnPartnershipPeriod(models.Model):
    """The ledger as of a day: invoiced, paid and not yet earned, from the posted lines of the general ledger.

    Everything is read in a constant number of queries, whatever the number of partnerships. The arithmetic is in
    ``revenue_terms``.
    """

    _inherit = 'scn.partnership.period'

    @api.model
    def _get_revenue(self, company, day):
        """The ledger of a company as of a day.

        :param company: one company; the caller has checked that the user may see it
        :param day: the evening of this day
        :return: dict with ``rows``, one per period that runs, is open or is not yet earned (see
            ``_prepare_revenue_row``); ``closing``, dict from ``(account id, currency id)`` to what is not yet earned
            as ``[amount in the currency, amount in the company's currency]``; and ``checks``, dict from currency id
            to ``{'ledger', 'listed', 'earlier', 'outside'}``, where ledger = listed + earlier + outside
        """
        self.env.flush_all()
        currencies = {
            currency.id: currency
            for currency in self.env['res.currency'].with_context(active_test=False).search([])  # pylint: disable=no-search-all
        }
        sums = self._get_revenue_sums(company, day, currencies)
        running_or_open = {
            period_id
            for (period_id, currency_id), money in sums.items()
            if money['is_running']
            or not currencies[currency_id].is_zero(money['invoiced'] - money['paid'])
            or not currencies[currency_id].is_zero(money['unearned'])
        }
        details = self._get_revenue_details(company, day, sorted(running_or_open))
        rows, closing = [], defaultdict(lambda: [0.0, 0.0])
        checks = defaultdict(lambda: dict.fromkeys(('ledger', 'listed', 'earlier', 'outside'), 0.0))
        for (period_id, currency_id), money in sums.items():
            is_listed = period_id in details
            checks[currency_id]['listed' if is_listed else 'earlier'] += money['invoiced']
            if is_listed:
                rows.append(self._prepare_revenue_row(details[period_id], currency_id, money))
            for account_id, (amount, balance) in money['accounts'].items():
                closing[account_id, currency_id][0] += amount
                closing[account_id, currency_id][1] += balance
        billed = {period_id for period_id, __ in sums}
        nothing = {'invoiced': 0.0, 'paid': 0.0, 'unearned': 0.0}
        rows += [
            self._prepare_revenue_row(detail, detail['currency_id'], nothing)
            for period_id, detail in details.items()
            if period_id not in billed
        ]
        for currency_id, ledger, outside in self._get_revenue_ledger(company, day):
            checks[currency_id].update(ledger=float(ledger), outside=float(outside))
        return {'rows': rows, 'closing': dict(closing), 'checks': dict(checks)}

    @api.model
    def _prepare_revenue_row(self, detail, currency_id, money):
        """Values of one line of the report. Integrators extend this one.

        :param dict detail: the period and its partnership
        :param dict money: invoiced, paid and not yet earned, without taxes, in the currency
        """
        is_waived = detail['state'] == 'waived'
        return {
            'period_id': detail['id'],
            'partnership_id': detail['partnership_id'],
            'partner_id': detail['partner_id'],
            'grade_id': detail['grade_id'],
            'kind': detail['kind'],
            'date_start': detail['date_start'],
            'date_end': detail['date_end'],
            'period_state': detail['state'],
            'is_member': detail['is_member'],
            'currency_id': currency_id,
            'fee': detail['fee'],
            'amount_waived': detail['price'] - detail['credit'] if is_waived else 0.0,
            'waiver_approver_id': detail['waiver_approver_id'] if is_waived else False,
            'waiver_reason': detail['waiver_reason'] if is_waived else False,
            'amount_invoiced': money['invoiced'],
            'amount_paid': money['paid'],
            'amount_unearned': money['unearned'],
        }

    @api.model
    def _get_revenue_sums(self, company, day, currencies):
        """Net amounts of the periods that were ever invoiced by a day.

        :return: dict from ``(period id, currency id)`` to ``{'invoiced', 'paid', 'unearned', 'accounts',
            'is_running'}``, where accounts maps an account id to what is not yet earned, ``(amount, amount in the company's currency)``
        """
        per_account = defaultdict(lambda: [0.0, 0.0])
        per_invoice = defaultdict(lambda: [0.0, 0.0])
        sums, spans = {}, {}
        for row in self.env.execute_query_dict(self._get_revenue_sql(company, day)):
            key = row['period_id'], row['currency_id']
            money = sums.setdefault(
                key,
                {
                    'invoiced': 0.0,
                    'paid': 0.0,
                    'unearned': 0.0,
                    'accounts': {},
                    'is_running': row['date_start'] <= day <= row['date_end'],
                },
            )
            rounding = currencies[row['currency_id']].rounding
            amount = float(row['amount'])
            money['invoiced'] += amount
            money['paid'] += share_paid(amount, float(row['paid']), float(row['total']), rounding)
            per_account[(*key, row['account_id'])][0] += amount
            per_account[(*key, row['account_id'])][1] += float(row['balance'])
            per_invoice[(*key, row['invoice_id'])][row['is_credit']] += amount
            span = spans.setdefault(row['period_id'], {**row, 'is_credit': False})
            span['is_credit'] = span['is_credit'] or row['is_credit']
        standing = defaultdict(float)
        for (period_id, currency_id, __), (charged, credited) in per_invoice.items():
            if not currencies[currency_id].is_zero(charged + credited):
                standing[period_id, currency_id] += charged
        for (period_id, currency_id, account_id), (amount, balance) in per_account.items():
            key, span, currency = (period_id, currency_id), spans[period_id], currencies[currency_id]
            first = span['date_start']
            last = last_day_served(first, span['date_end'], span['date_ended'], day, span['is_credit'])
            to_come = self._get_fee_to_come(span, currency_id, standing[key], is_cut=last < span['date_end'])
            share = to_come / sums[key]['invoiced'] if sums[key]['invoiced'] > 0 else 0.0
            amount = currency.round(amount)
            left = unearned(amount, first, last, day, currency.rounding, share * amount)
            left_balance = unearned(balance, first, last, day, company.currency_id.rounding, share * balance)
            sums[key]['unearned'] += left
            sums[key]['accounts'][account_id] = (left, left_balance)
        for (__, currency_id), money in sums.items():
            for name in ('invoiced', 'paid', 'unearned'):
                money[name] = currencies[currency_id].round(money[name])
        return sums

    @api.model
    def _get_fee_to_come(self, span, currency_id, standing, is_cut):
        """What of a period's fee is not invoiced by the day: instalments that are still to come.

        :param dict span: the period
        :param float standing: invoiced by the day and not credited in full
        :param bool is_cut: whether the city is known to leave before the period's end
        """
        if not span['is_to_come'] or currency_id != span['fee_currency_id']:
            return 0.0
        agreed = float(span['agreed']) - (float(span['returned']) if is_cut else 0.0)
        return max(agreed - standing, 0.0)

    @api.model
    def _get_revenue_sql(self, company, day):
        """Posted lines up to a day, per period, invoice, account and currency; what is paid counts what came from
        the bank or another entry, never a credit note. Dates are accounting dates."""
        return SQL(
            """
            WITH fee AS (
                SELECT COALESCE(line.scn_period_id, line.scn_credited_period_id, line.scn_refund_period_id) AS period_id,
                       line.move_id, line.account_id, line.currency_id,
                       MAX(COALESCE(move.reversed_entry_id, move.id)) AS invoice_id,
                       SUM(-line.amount_currency) AS amount, SUM(-line.balance) AS balance,
                       BOOL_OR(line.scn_refund_period_id IS NOT NULL) AS is_credit
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE line.company_id = %(company)s AND line.parent_state = 'posted' AND line.date <= %(day)s
                   AND line.display_type = 'product'
                   AND COALESCE(line.scn_period_id, line.scn_credited_period_id, line.scn_refund_period_id) IS NOT NULL
                 GROUP BY 1, 2, 3, 4
            ), claim AS (
                SELECT due.move_id, SUM(due.amount_currency) AS total, SUM(COALESCE(payment.amount, 0)) AS paid
                  FROM account_move_line due
                  LEFT JOIN LATERAL (
                        SELECT SUM(part.amount) AS amount
                          FROM (SELECT partial.debit_amount_currency AS amount, partial.credit_move_id AS other_id
                                  FROM account_partial_reconcile partial
                                 WHERE partial.debit_move_id = due.id AND partial.max_date <= %(day)s
                                 UNION ALL
                                SELECT -partial.credit_amount_currency, partial.debit_move_id
                                  FROM account_partial_reconcile partial
                                 WHERE partial.credit_move_id = due.id AND partial.max_date <= %(day)s) part
                          JOIN account_move_line other ON other.id = part.other_id
                          JOIN account_move other_move ON other_move.id = other.move_id
                         WHERE other_move.move_type NOT IN ('out_invoice', 'out_refund')
                       ) payment ON TRUE
                 WHERE due.display_type = 'payment_term' AND due.move_id IN (SELECT move_id FROM fee)
                 GROUP BY due.move_id
            )
            SELECT fee.period_id, fee.currency_id, fee.account_id, fee.invoice_id, fee.amount, fee.balance,
                   fee.is_credit, COALESCE(claim.total, 0) AS total, COALESCE(claim.paid, 0) AS paid,
                   period.date_start, period.date_end, period.currency_id AS fee_currency_id,
                   period.price - COALESCE(period.credit, 0) AS agreed, COALESCE(period.returned, 0) AS returned,
                   partnership.date_ended,
                   period.state IN ('planned', 'waiting', 'partial') OR EXISTS (
                       SELECT 1 FROM account_move_line later
                        WHERE later.scn_period_id = period.id AND later.parent_state = 'posted'
                          AND later.date > %(day)s
                   ) AS is_to_come
              FROM fee
              JOIN scn_partnership_period period ON period.id = fee.period_id
              JOIN scn_partnership partnership ON partnership.id = period.partnership_id
              LEFT JOIN claim ON claim.move_id = fee.move_id
             ORDER BY fee.period_id, fee.move_id, fee.account_id
            """,
            company=company.id,
            day=day,
        )

    @api.model
    def _get_revenue_details(self, company, day, period_ids):
        """Periods to show and their partnerships.

        A member on a day has a running partnership then; the latest term or upgrade that began decides on tier and
        fee, also in the days of grace after it.

        :param period_ids: periods to show besides those that run or decide for a member
        :return: dict from period id to its values, with ``is_member`` (the deciding period of a member)
        """
        query = SQL(
            """
            WITH member AS (
                SELECT partnership.id
                  FROM scn_partnership partnership
                 WHERE partnership.company_id = %(company)s
                   AND partnership.state IN ('active', 'paused', 'grace', 'lapsed')
                   AND partnership.date_start <= %(day)s
                   AND %(day)s <= COALESCE(partnership.date_ended,
                                           GREATEST(partnership.date_end, partnership.grace_until, %(today)s))
            ), deciding AS (
                SELECT DISTINCT ON (period.partnership_id) period.id
                  FROM scn_partnership_period period
                  JOIN member ON member.id = period.partnership_id
                 WHERE period.state != 'cancelled' AND period.date_start <= %(day)s
                 ORDER BY period.partnership_id, period.date_end >= %(day)s DESC, period.date_start DESC,
                          period.number DESC
            ), listed AS (
                SELECT id FROM deciding
                 UNION
                SELECT period.id
                  FROM scn_partnership_period period
                  JOIN member ON member.id = period.partnership_id
                 WHERE period.state != 'cancelled' AND %(day)s BETWEEN period.date_start AND period.date_end
            )
            SELECT period.id, period.partnership_id, period.partner_id, period.grade_id, period.kind, period.date_start,
                   period.date_end, period.state, period.currency_id, period.price, period.credit, period.fee,
                   partnership.waiver_approver_id, partnership.waiver_reason,
                   period.id IN (SELECT id FROM deciding) AS is_member
              FROM scn_partnership_period period
              JOIN scn_partnership partnership ON partnership.id = period.partnership_id
             WHERE period.id = ANY(%(periods)s) OR period.id IN (SELECT id FROM listed)
             ORDER BY period.partner_id, period.date_start, period.number
            """,
            company=company.id,
            day=day,
            today=fields.Date.context_today(self),
            periods=period_ids,
        )
        return {
            row['id']: {**row, **{name: float(row[name] or 0.0) for name in ('price', 'credit', 'fee')}}
            for row in self.env.execute_query_dict(query)
        }

    @api.model
    def _get_fee_lines_domain(self, company, day):
        """Posted invoice lines of partnership fees that no period knows, e.g. a credit note written by hand."""
        return [
            ('company_id', '=', company.id),
            ('parent_state', '=', 'posted'),
            ('date', '<=', day),
            ('display_type', '=', 'product'),
            ('move_id.move_type', 'in', ('out_invoice', 'out_refund', 'out_receipt')),
            ('scn_period_id', '=', False),
            ('scn_credited_period_id', '=', False),
            ('scn_refund_period_id', '=', False),
            ('product_id', 'in', self._get_fee_products().ids),
        ]

    @api.model
    def _get_fee_products(self):
        """Everything that sells or ever sold a paid tier of ours."""
        return (
            self.env['product.product']
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ('service_tracking', '=', 'partnership'),
                    ('grade_id.is_paid', '=', True),
                    ('grade_id.code', '!=', False),
                ]
            )
        )

    @api.model
    def _get_revenue_ledger(self, company, day):
        """The general ledger's own total of partnership fees, per currency, asked without looking at any period.

        :return: list of ``(currency id, total, part that no period knows)``
        """
        return self.env.execute_query(
            SQL(
                """
                SELECT line.currency_id,
                       SUM(-line.amount_currency),
                       SUM(CASE WHEN COALESCE(line.scn_period_id, line.scn_credited_period_id,
                                              line.scn_refund_period_id) IS NULL
                                THEN -line.amount_currency ELSE 0 END)
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE move.company_id = %(company)s AND move.state = 'posted' AND move.date <= %(day)s
                   AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                   AND line.display_type = 'product'
                   AND (line.product_id = ANY(%(products)s)
                        OR COALESCE(line.scn_period_id, line.scn_credited_period_id,
                                    line.scn_refund_period_id) IS NOT NULL)
                 GROUP BY line.currency_id
                """,
                company=company.id,
                day=day,
                products=self._get_fee_products().ids,
            )
        )
