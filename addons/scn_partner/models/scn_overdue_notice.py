from odoo import api, fields, models


class ScnOverdueNotice(models.Model):
    """A reminder that was sent: at most one per invoice and level, whatever runs twice."""

    _name = 'scn.overdue.notice'
    _description = 'Overdue Notice'
    _order = 'id desc'

    move_id = fields.Many2one(
        'account.move', string="Invoice", required=True, readonly=True, index=True, ondelete='cascade'
    )
    level_id = fields.Many2one('scn.overdue.level', required=True, readonly=True, index=True, ondelete='restrict')
    partner_id = fields.Many2one(
        'res.partner', string="City", required=True, readonly=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='move_id.company_id', store=True)

    _once = models.Constraint('UNIQUE (move_id, level_id)', "This reminder was sent already.")

    @api.model
    def _get_overdue(self, today):
        """Unpaid invoices of the ledger past their due date.

        :return: list of ``(invoice, city, days overdue)``
        """
        lines = self.env['account.move.line'].search(
            [
                ('scn_period_id', '!=', False),
                ('parent_state', '=', 'posted'),
                ('move_id.payment_state', 'in', ('not_paid', 'partial')),
                ('move_id.invoice_date_due', '<', today),
            ]
        )
        cities = {line.move_id: line.scn_period_id.partner_id for line in lines}
        return [(move, city, (today - move.invoice_date_due).days) for move, city in cities.items()]

    @api.model
    def _cron_remind(self):
        """Daily: the highest level reached, once per invoice; lower ones that were missed are not sent late."""
        today = fields.Date.context_today(self)
        levels = self.env['scn.overdue.level'].search([])  # pylint: disable=no-search-all
        overdue = [entry for entry in self._get_overdue(today) if not entry[1].stop_reminders]
        sent = {
            (notice.move_id, notice.level_id)
            for notice in self.search([('move_id', 'in', [move.id for move, __, __ in overdue])])
        }
        for move, city, days in overdue:
            level = levels.filtered(lambda level, days=days: level.days <= days)[-1:]
            if level and (move, level) not in sent:
                self._remind(move, city, level)
                self.env['ir.cron']._commit_progress(1)

    @api.model
    def _remind(self, move, city, level):
        """Note the reminder and queue its mail; the mail job sends it."""
        notice = self.create({'move_id': move.id, 'level_id': level.id, 'partner_id': city.id})
        recipients = self._get_recipients(move, city)
        if level.template_id and recipients:
            level.template_id.send_mail(
                move.id,
                force_send=False,
                email_values={'recipient_ids': [fields.Command.set(recipients.ids)], 'email_to': False},
            )
        return notice

    @api.model
    def _get_recipients(self, move, city):
        """Whom a reminder goes to: the billing contact and the city's finance people, never the elected lead."""
        roles = city.contact_role_ids.filtered('is_current')
        elected = roles.filtered(lambda role: role.role == 'political_lead').contact_id
        finance = roles.filtered(lambda role: role.role == 'finance').contact_id
        return ((move.partner_id | finance) - elected).filtered('email')
