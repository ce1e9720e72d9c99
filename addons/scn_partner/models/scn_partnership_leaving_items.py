from odoo import fields, models
from odoo.tools.misc import format_amount, format_date

#: Invoices on which nothing is left to pay.
SETTLED = ('paid', 'in_payment', 'reversed')


class ScnPartnership(models.Model):
    """What is still open when a city leaves, for the colleague who does it and for the city.

    Other addons add theirs: see ``_get_leaving_items`` and ``_close_leaving_items``.
    """

    _inherit = 'scn.partnership'

    def _get_leaving_items(self, last_day):
        """What is open at the last day. Hook: addons extend the list (sessions, registrations, recipient lists).

        :param last_day: last day of the partnership
        :return: list of dict ``{'title', 'lines', 'city_title', 'city_lines'}``: a heading and lines of plain text
            for staff; ``city_title`` and ``city_lines`` the same in the city's words, left out or empty where the
            city need not know, and ``money`` true where only its leads and finance people may
        """
        self.ensure_one()
        partnership = self.sudo()
        items = [
            partnership._get_leaving_benefits(last_day),
            partnership._get_leaving_uses(last_day),
            partnership._get_leaving_quotations(),
            partnership._get_leaving_invoices(),
            partnership._get_leaving_purchase_orders(last_day),
            partnership._get_leaving_portal(),
        ]
        return [item for item in items if item['lines']]

    def _close_leaving_items(self, last_day):
        """Hook: called once when a leaving is applied, for what addons have to call off after the last day.

        It runs with the rights of the superuser, before the message in the chatter. Raising a ``UserError`` stops
        the whole leaving.
        """
        self.ensure_one()
        if not self.period_ids.filtered(lambda period: period.state == 'waiting'):
            self.activity_unlink(['scn_partner.mail_activity_type_purchase_order'])
        self.activity_unlink(['scn_partner.mail_activity_type_owed'])

    def _get_leaving_benefits(self, last_day):
        open_ones = self.entitlement_ids.filtered(
            lambda one: one.period_id.state != 'cancelled' and one.window_end >= last_day and one.quota,
        )
        env, lines, city_lines = self.env, [], []
        for benefit, entitlements in open_ones.grouped('benefit_id').items():
            usable = entitlements.filtered(lambda one: one.window_start <= last_day)
            values = {
                'benefit': benefit.name,
                'left': sum(usable.mapped('left')),
                'used': sum(entitlements.mapped('used')),
                'day': format_date(env, last_day),
            }
            lines.append(env._("%(benefit)s: %(used)s used, %(left)s left to use until %(day)s", **values))
            if values['left']:
                city_lines.append(env._("%(benefit)s: %(left)s left until %(day)s", **values))
        return {
            'title': env._("Counted benefits"),
            'lines': lines,
            'city_title': env._("Still included"),
            'city_lines': city_lines,
        }

    def _get_leaving_uses(self, last_day):
        """Sessions and visits that count on a window which goes on after the last day."""
        uses = self.entitlement_ids.filtered(lambda one: one.window_end > last_day).use_ids
        lines = []
        for model, of_model in uses.grouped('res_model').items():
            if model not in self.env:
                continue
            records = self.env[model].sudo().browse(of_model.mapped('res_id')).exists()
            lines += [f"{self.env[model]._description}: {record.display_name}" for record in records]
        return {'title': self.env._("Agreed, look at their dates"), 'lines': lines}

    def _get_leaving_quotations(self):
        orders = self.order_ids.filtered(lambda order: order.state in ('draft', 'sent'))
        return {
            'title': self.env._("Open quotations, which are cancelled"),
            'lines': [
                f"{order.name}: {format_amount(self.env, order.amount_total, order.currency_id)}" for order in orders
            ],
        }

    def _get_leaving_invoices(self):
        moves = self._get_invoices().filtered(
            lambda move: (
                move.state == 'posted' and move.move_type == 'out_invoice' and move.payment_state not in SETTLED
            ),
        )
        lines = [
            self.env._(
                "%(invoice)s: %(amount)s, due on %(day)s",
                invoice=move.name,
                amount=format_amount(self.env, move.amount_residual, move.currency_id),
                day=format_date(self.env, move.invoice_date_due),
            )
            for move in moves
        ]
        return {
            'title': self.env._("Unpaid invoices, which stay due"),
            'lines': lines,
            'city_title': self.env._("Invoices to pay"),
            'city_lines': lines,
            'money': True,
        }

    def _get_leaving_purchase_orders(self, last_day):
        waiting = self.period_ids.filtered(lambda period: period.state == 'waiting' and period.date_start <= last_day)
        lines = [self.env._("Asked for and still needed: %(period)s", period=period.display_name) for period in waiting]
        return {
            'title': self.env._("Purchase orders"),
            'lines': lines,
            'city_title': self.env._("Your purchase order is still needed"),
            'city_lines': [
                self.env._(
                    "for %(start)s to %(end)s",
                    start=format_date(self.env, period.date_start),
                    end=format_date(self.env, min(period.date_end, last_day)),
                )
                for period in waiting
            ],
            'money': True,
        }

    def _get_leaving_portal(self):
        people = (
            self.env['res.users']
            .sudo()
            .search_count([('share', '=', True), ('partner_id.commercial_partner_id', '=', self.partner_id.id)])
        )
        line = self.env._("People with access: %(count)s. They keep the city's page and its invoices.", count=people)
        return {
            'title': self.env._("Portal"),
            'lines': [line] if people else [self.env._("Nobody of the city uses the portal.")],
            'city_title': self.env._("What stays"),
            'city_lines': [
                self.env._("This page and your invoices."),
                self.env._("Your place in the Declaration, which has nothing to do with the partnership."),
            ],
        }

    def _get_leaving_summary(self, plan):
        """The plan and what is open as HTML, for the wizard and the chatter.

        :param dict plan: of ``_prepare_leaving``
        """
        self.ensure_one()
        return self.env['ir.qweb']._render(
            'scn_partner.leaving_summary',
            {
                'plan': plan,
                'today': fields.Date.context_today(self),
                'items': self._get_leaving_items(plan['last_day']),
                'amount': lambda value: format_amount(self.env, value, self.currency_id),
                'day': lambda value: format_date(self.env, value),
                'partnership': self,
            },
            minimal_qcontext=True,
        )
