from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.scn_partnership_leaving import LEAVE_MONEY


class ScnPartnershipLeave(models.TransientModel):
    """A city leaves: the last day, the money and what is open are shown, then done."""

    _name = 'scn.partnership.leave'
    _description = 'Leave a Partnership'

    partnership_id = fields.Many2one('scn.partnership', required=True, readonly=True)
    when = fields.Selection(
        [('term', 'At the end of the term'), ('day', 'On another day')],
        string="It leaves",
        required=True,
        default='term',
    )
    last_day = fields.Date(
        required=True,
        compute='_compute_last_day',
        store=True,
        readonly=False,
        precompute=True,
    )
    money = fields.Selection(
        LEAVE_MONEY,
        string="Fee",
        required=True,
        compute='_compute_money',
        store=True,
        readonly=False,
        precompute=True,
    )
    reason = fields.Char(required=True)
    summary = fields.Html(compute='_compute_summary', sanitize=False)
    message = fields.Char(compute='_compute_summary')
    needs_finance = fields.Boolean(compute='_compute_summary')

    @api.depends('partnership_id', 'when')
    def _compute_last_day(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            if wizard.when == 'term':
                wizard.last_day = wizard.partnership_id._get_term_end() if wizard.partnership_id else today
            else:
                wizard.last_day = wizard.last_day if wizard._origin.when == 'day' else today

    @api.depends('when')
    def _compute_money(self):
        for wizard in self:
            if wizard.when == 'term' or not wizard.money:
                wizard.money = 'none'

    @api.depends('partnership_id', 'last_day', 'money')
    def _compute_summary(self):
        is_finance = self.env.user.has_group('scn_partner.group_scn_finance')
        for wizard in self:
            wizard.summary = wizard.message = wizard.needs_finance = False
            if not wizard.partnership_id or not wizard.last_day:
                continue
            partnership = wizard.partnership_id._origin or wizard.partnership_id
            try:
                plan = partnership._prepare_leaving(wizard.last_day, wizard.money)
            except UserError as error:
                wizard.message = str(error)
                continue
            wizard.needs_finance = bool(plan['credit'] or plan['less']) and not is_finance
            wizard.summary = partnership._get_leaving_summary(plan)

    def action_leave(self):
        """Do what is shown.

        :return: a notification with the next step
        :raises AccessError: for anybody but officers and finance; for anybody but finance where money is credited
        :raises UserError: when it is not possible, or without a reason
        """
        self.ensure_one()
        partnership = self.partnership_id
        partnership._check_officer()
        if not (self.reason or '').strip():
            raise UserError(self.env._("Say why the city leaves, for your colleagues."))
        partnership.period_ids._lock()
        plan = partnership._prepare_leaving(self.last_day, self.money)
        partnership._check_may_leave(plan)
        credits = partnership._leave(plan, self.reason.strip())
        parts = [self.env._("The last day is %(day)s.", day=self.last_day)]
        if credits:
            parts.append(
                self.env._(
                    "Credited with %(credits)s: send it from Invoicing.", credits=", ".join(credits.mapped('name'))
                )
            )
        parts.append(self.env._("The city reads a summary on its page. What is open is in the messages below."))
        close = {'type': 'ir.actions.act_window_close'}
        return partnership.period_ids._notify(self.env._("Leaving is arranged"), " ".join(parts), follow=close)
