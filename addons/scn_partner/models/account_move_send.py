from odoo import api, models
from odoo.exceptions import UserError


class AccountMoveSend(models.AbstractModel):
    """Odoo's sending of invoices, for those of the ledger: to whom, in which language, in which way, and what came
    of it. The wizards use the same methods as the job, so staff see what would be sent."""

    _inherit = 'account.move.send'

    # -- how and to whom ---------------------------------------------------------------------------------------

    @api.model
    def _get_default_sending_methods(self, move):
        methods = super()._get_default_sending_methods(move)
        return move._get_delivery_methods() if move._get_ledger_periods() else methods

    @api.model
    def _is_applicable_to_move(self, method, move, **move_data):
        """A payer that asked for a portal or for mail gets its invoices there and nowhere else."""
        if move._get_ledger_periods() and method not in ('manual', 'email', *move._get_delivery_methods()):
            return False
        return super()._is_applicable_to_move(method, move, **move_data)

    @api.model
    def _get_default_mail_partner_ids(self, move, mail_template, mail_lang):
        if move._get_ledger_periods():
            return move._get_recipients()
        return super()._get_default_mail_partner_ids(move, mail_template, mail_lang)

    @api.model
    def _get_default_mail_lang(self, move, mail_template):
        if move._get_ledger_periods() and move.commercial_partner_id.lang:
            return move.commercial_partner_id.lang
        return super()._get_default_mail_lang(move, mail_template)

    @api.model
    def _get_move_constraints(self, move):
        """By whichever button: nothing leaves without the number that the city asks for."""
        constraints = super()._get_move_constraints(move)
        if move.state == 'posted' and move._get_ledger_periods() and (problem := move._get_delivery_problem()):
            constraints['scn_delivery'] = problem
        return constraints

    # -- one invoice that cannot be made does not hold up the others ---------------------------------------------

    @api.model
    def _prepare_invoice_pdf_report(self, invoices_data):
        if not any(move._get_ledger_periods() for move in invoices_data):
            return super()._prepare_invoice_pdf_report(invoices_data)
        try:
            with self.env.cr.savepoint():
                return super()._prepare_invoice_pdf_report(invoices_data)
        except UserError:
            for move, move_data in invoices_data.items():
                try:
                    with self.env.cr.savepoint():
                        super()._prepare_invoice_pdf_report({move: move_data})
                except UserError as error:
                    move_data['error'] = {
                        'error_title': self.env._("The PDF could not be made."),
                        'errors': [str(error)],
                    }
        return None

    # -- what came of it -----------------------------------------------------------------------------------------

    @api.model
    def _send_mail(self, move, mail_template, **kwargs):
        """The elected lead may follow an invoice as its contact, and is written to only when staff chose so."""
        if not move._get_ledger_periods():
            return super()._send_mail(move, mail_template, **kwargs)
        elected = move._get_ledger_periods().partner_id._get_elected()
        move.message_unsubscribe((elected - elected.browse(kwargs.get('partner_ids') or [])).ids)
        result = super()._send_mail(move, mail_template, **kwargs)
        newest = [('model', '=', 'account.move'), ('res_id', '=', move.id), ('message_type', '=', 'comment')]
        move.scn_delivery_message_id = self.env['mail.message'].sudo().search(newest, order='id desc', limit=1)
        return result

    @api.model
    def _hook_if_success(self, moves_data, from_cron=False):
        ours = {move: data for move, data in moves_data.items() if move._get_ledger_periods()}
        for move in ours:
            move.scn_delivery_message_id = False
        result = super()._hook_if_success(moves_data, from_cron=from_cron)
        uploads, sent = self.env['account.move'], self.env['account.move']
        for move, data in ours.items():
            if move.commercial_partner_id.invoice_channel == 'portal':
                uploads += move
            elif move.scn_delivery_message_id or set(data['sending_methods']) - {'email', 'manual'}:
                sent += move
            elif 'email' in data['sending_methods']:
                move._keep_delivery_error(self.env._("There was nobody to send it to."))
        uploads._ask_to_upload({move: data.get('scn_remark') for move, data in ours.items()})
        sent._note_sent()
        if sent.scn_delivery_message_id:
            # Within a job Odoo leaves its mails to the hourly queue.
            self.env.ref('mail.ir_cron_mail_scheduler_action').sudo()._trigger()
        return result

    @api.model
    def _hook_if_errors(self, moves_data, allow_raising=True):
        if not allow_raising:
            for move, data in moves_data.items():
                if move._get_ledger_periods():
                    move._keep_delivery_error(self._format_error_text(data['error']))
        return super()._hook_if_errors(moves_data, allow_raising=allow_raising)
