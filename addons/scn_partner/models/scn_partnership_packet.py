from collections import defaultdict
from datetime import timedelta

from odoo import fields, models

from ..billing_terms import term_dates


class ScnPartnership(models.Model):
    """The yearly renewal packet: what a city had, what is left, and what comes next, on paper for its council."""

    _inherit = 'scn.partnership'

    def _get_packet_lang(self):
        """Language of the city, for its packet."""
        self.ensure_one()
        return self.sudo().partner_id.lang or self.env.lang

    def _prepare_packet_values(self, show_money=True):
        """Everything the packet shows.

        :param bool show_money: whether the reader may see fees and invoices
        :return: dict for the template ``scn_partner.report_renewal_packet_document``
        """
        self.ensure_one()
        self.check_access('read')
        partnership = self.sudo()
        today = fields.Date.context_today(self)
        terms = partnership.period_ids.filtered(
            lambda period: period.kind != 'upgrade' and period.state != 'cancelled'
        ).sorted('date_start')
        term = terms.filtered(lambda period: period.date_start <= today)[-1:] or terms[:1]
        city = partnership.partner_id
        return {
            'partnership': partnership,
            'city': city,
            'company': partnership.company_id,
            'today': today,
            'term': term,
            'counted': partnership._get_packet_counted(term),
            'included': partnership.grade_id.benefit_line_ids.filtered(lambda line: line.kind != 'counted'),
            'next_term': partnership._get_packet_next_term(terms, term),
            'roles': city.contact_role_ids.filtered('is_current'),
            'show_money': show_money,
            'invoices': partnership._get_packet_invoices(term) if show_money else self.env['account.move'],
            'purchase_orders': city.purchase_reference_ids.filtered(
                lambda reference: reference.company_id == partnership.company_id and reference.valid_until >= today
            ),
        }

    def _get_packet_counted(self, term):
        """What of the counted benefits of a term was used and is left.

        :return: list of ``{'benefit', 'included', 'used', 'left'}``; what ended unused is not left
        """
        today = fields.Date.context_today(self)
        rows = defaultdict(lambda: {'included': 0, 'used': 0, 'left': 0})
        for window in self.entitlement_ids.filtered(lambda window: window.period_id == term and window.quota):
            row = rows[window.benefit_id]
            row['included'] += window.quota
            row['used'] += window.used
            if window.window_end >= today:
                row['left'] += window.left
        return [{'benefit': benefit, **row} for benefit, row in rows.items()]

    def _get_packet_next_term(self, terms, term):
        """The term after this one: as it stands in the ledger, else as it would be renewed.

        :return: dict ``{'first', 'last', 'tier', 'fee', 'is_agreed', 'gained', 'lost'}``, or False when none comes
        """
        self.ensure_one()
        if not term or self.renewal_mode == 'none' or self.renewal_declined or self.date_ended:
            return False
        agreed = terms.filtered(lambda period: period.date_start > term.date_end)[:1]
        grade = agreed.grade_id or self.next_grade_id or self.grade_id
        if agreed:
            first, last, fee = agreed.date_start, agreed.date_end, agreed.price
        else:
            number = len(terms.filtered(lambda period: period.kind != 'stub'))
            first, last = term_dates(self.anchor_date, self.interval_months, number)
            first = min(first, term.date_end + timedelta(days=1))
            fee = self.renewal_fee
        old, new = self.grade_id.benefit_line_ids, grade.benefit_line_ids
        return {
            'first': first,
            'last': last,
            'tier': grade,
            'fee': 0.0 if self.is_waived and not agreed else fee,
            'is_waived': agreed.state == 'waived' if agreed else self.is_waived,
            'is_agreed': bool(agreed),
            'gained': new.filtered(lambda line: line.benefit_id not in old.benefit_id),
            'lost': old.filtered(lambda line: line.benefit_id not in new.benefit_id),
        }

    def _get_packet_invoices(self, term):
        """Posted invoices and credit notes of a term and its upgrades."""
        periods = self.period_ids.filtered(lambda period: term in (period, period.parent_id))
        return (
            periods._get_invoices()
            .filtered(lambda move: move.state == 'posted')
            .sorted(lambda move: (move.invoice_date, move.id))
        )
