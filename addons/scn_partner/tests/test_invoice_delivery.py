from contextlib import contextmanager
from unittest.mock import Mock, patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .partnership_common import PartnershipCase

TASKS = ('scn_partner.mail_activity_type_upload', 'scn_partner.mail_activity_type_not_sent')


def refusing_server():
    """A mail server that refuses every connection."""

    def refuse(*args, **kwargs):
        raise ConnectionRefusedError(111, "Connection refused")

    return patch.object(IrMail_Server, '_connect__', refuse)


@contextmanager
def accepting_server():
    """A mail server that takes every mail; in tests Odoo sends none otherwise.

    :return: the list of the recipients of each mail
    """
    taken = []

    def take(server, message, *args, **kwargs):
        taken.append(message['To'])
        return message['Message-Id']

    with (
        patch.object(IrMail_Server, '_disable_send', classmethod(lambda cls: False)),
        patch.object(IrMail_Server, '_connect__', lambda *args, **kwargs: Mock()),
        patch.object(IrMail_Server, 'send_email', take),
    ):
        yield taken


@freeze_time('2019-01-01 12:00:00')
class TestInvoiceDelivery(PartnershipCase):
    def setUp(self):
        super().setUp()
        self.city.write({'email': 'hall@riverton.example', 'lang': 'en_US'})
        self.company = self.env.company

    def billed(self, day='2019-01-01', **values):
        """The posted invoice of a new partnership."""
        partnership = self.partnership(**values)
        self.bill(day)
        return self.fee_lines(partnership.period_ids).move_id

    def contact(self, name, role=None, **values):
        contact = self.env['res.partner'].create(
            {'name': name, 'email': f'{name}@riverton.example', 'parent_id': self.city.id, **values}
        )
        if role:
            self.env['scn.contact.role'].create(
                {
                    'organisation_id': self.city.id,
                    'contact_id': contact.id,
                    'role': role,
                    'date_start': '2018-01-01',
                }
            )
        return contact

    def run_job(self, xml_id):
        with self.enter_registry_test_mode():
            self.env.ref(xml_id).method_direct_trigger()

    def deliver(self):
        """Our job, Odoo's sending job, Odoo's mail queue, and ours again, as an hour goes by."""
        self.run_job('scn_partner.ir_cron_deliver_invoices')
        self.run_job('account.ir_cron_account_move_send')
        self.run_job('mail.ir_cron_mail_scheduler_action')
        self.run_job('scn_partner.ir_cron_deliver_invoices')

    def messages(self, move):
        return move.message_ids.filtered(lambda message: message.message_type == 'comment')

    def tasks(self, move, kind):
        return move.activity_ids.filtered(lambda activity: activity.activity_type_id == self.env.ref(TASKS[kind]))

    # -- when --------------------------------------------------------------------------------------------------

    def test_by_default_staff_send_and_the_run_asks_for_nothing(self):
        move = self.billed()
        self.deliver()
        self.assertFalse(move.scn_delivery_state or move.is_move_sent or move.sending_data)
        move.invoice_line_ids.scn_period_id.with_user(self.finance).action_send_invoices()
        self.assertEqual((move.scn_delivery_state, bool(move.sending_data), move.is_move_sent), ('queued', True, False))
        self.deliver()
        self.assertEqual((move.scn_delivery_state, move.is_move_sent, move.sending_data), ('sent', True, False))
        self.assertEqual(self.messages(move).notified_partner_ids, self.city)

    def test_automatic_sends_after_the_run_once_and_never_inside_it(self):
        self.company.scn_send_invoices = 'automatic'
        move = self.billed()
        self.assertEqual((move.scn_delivery_state, move.is_move_sent), ('requested', False))
        self.assertFalse(self.messages(move) or move.invoice_pdf_report_id, "nothing was rendered or mailed by the run")
        for __ in range(3):
            self.deliver()
        self.assertEqual(move.scn_delivery_state, 'sent')
        self.assertEqual(len(self.messages(move)), 1)

    def test_sent_once_whoever_asks_again(self):
        move = self.billed()
        period = move.invoice_line_ids.scn_period_id
        period.with_user(self.finance).action_send_invoices()
        with self.assertRaisesRegex(UserError, "nothing to send"):
            period.with_user(self.finance).action_send_invoices()
        self.deliver()
        with self.assertRaisesRegex(UserError, "nothing to send"):
            move.with_user(self.finance).action_scn_send()
        self.deliver()
        self.assertEqual(len(self.messages(move)), 1)

    def test_only_finance_sends(self):
        move = self.billed()
        for user in (self.officer, self.manager):
            with self.assertRaises(AccessError):
                move.invoice_line_ids.scn_period_id.with_user(user).action_send_invoices()
            with self.assertRaises(AccessError):
                move.with_user(user).action_scn_send()
            with self.assertRaises(AccessError):
                move.with_user(user).action_scn_uploaded()
        period = self.partnership(city=self.env['res.partner'].create({'name': 'New', 'is_city': True})).period_ids
        with self.assertRaisesRegex(UserError, "no invoice to send yet"):
            period.with_user(self.finance).action_send_invoices()

    def test_a_switched_off_job_is_said(self):
        move = self.billed()
        self.env.ref('account.ir_cron_account_move_send').active = False
        with self.assertRaisesRegex(UserError, "switched off"):
            move.with_user(self.finance).action_scn_send()

    # -- what may leave ----------------------------------------------------------------------------------------

    def test_nothing_leaves_without_the_number_whichever_button(self):
        """Posted before the city began to ask for numbers: neither our button, the job nor Odoo's wizard sends it."""
        move = self.billed()
        move.with_user(self.finance).action_scn_send()
        self.city.requires_purchase_order = True
        self.deliver()
        self.assertEqual((move.scn_delivery_state, move.is_move_sent), ('failed', False))
        self.assertIn("no purchase-order number", move.scn_delivery_error)
        self.assertEqual(len(self.tasks(move, 1)), 1)
        with self.assertRaisesRegex(UserError, "no purchase-order number"):
            move.with_user(self.finance).action_scn_send()
        with self.assertRaisesRegex(UserError, "no purchase-order number"):
            self.env['account.move.send.wizard'].create({'move_id': move.id})
        self.assertFalse(self.messages(move))

    def test_one_that_may_not_leave_does_not_hold_up_the_others(self):
        """Odoo's job takes ten at a time and ends at the first refusal."""
        first = self.billed()
        other = self.billed(
            city=self.env['res.partner'].create({'name': 'Elm', 'is_city': True, 'email': 'e@e.example'})
        )
        (first + other).with_user(self.finance).action_scn_send()
        self.city.requires_purchase_order = True
        self.deliver()
        self.assertEqual((first.scn_delivery_state, other.scn_delivery_state), ('failed', 'sent'))

    def test_a_pdf_that_cannot_be_made_costs_only_its_own_invoice(self):
        first = self.billed()
        other = self.billed(
            city=self.env['res.partner'].create({'name': 'Elm', 'is_city': True, 'email': 'e@e.example'})
        )
        (first + other).with_user(self.finance).action_scn_send()
        reports = type(self.env['ir.actions.report'])
        render = reports._pre_render_qweb_pdf

        def failing(report, report_ref, res_ids=None, data=None):
            if first.id in res_ids:
                raise UserError("no paper format")
            return render(report, report_ref, res_ids=res_ids, data=data)

        with patch.object(reports, '_pre_render_qweb_pdf', failing):
            self.deliver()
        self.assertEqual((first.scn_delivery_state, other.scn_delivery_state), ('failed', 'sent'))
        self.assertIn("no paper format", first.scn_delivery_error)
        self.assertEqual((first.state, first.is_move_sent, len(self.tasks(first, 1))), ('posted', False, 1))
        with freeze_time('2019-01-01 19:00:00'):
            self.deliver()
        self.assertEqual((first.scn_delivery_state, self.tasks(first, 1)), ('sent', self.env['mail.activity']))

    def test_what_was_credited_before_it_left_stays_here(self):
        self.company.scn_send_invoices = 'automatic'
        move = self.billed()
        credit = move._reverse_moves(cancel=True)
        self.deliver()
        self.assertFalse(move.is_move_sent or credit.is_move_sent)
        self.assertFalse(move.scn_delivery_state or credit.scn_delivery_state)

    def test_a_credit_note_goes_where_its_invoice_went(self):
        self.company.scn_send_invoices = 'automatic'
        move = self.billed()
        self.deliver()
        credit = move._reverse_moves(cancel=True)
        self.deliver()
        self.assertEqual(credit.scn_delivery_state, 'sent')

    def test_a_waived_or_elsewhere_period_sends_nothing(self):
        move = self.billed()
        for state in ('waived', 'elsewhere', 'cancelled'):
            move.invoice_line_ids.scn_period_id.sudo().state = state
            with self.assertRaisesRegex(UserError, "waived, cancelled or billed elsewhere"):
                move.with_user(self.finance).action_scn_send()

    def test_back_to_draft_forgets_the_request_and_its_tasks(self):
        move = self.billed()
        move.with_user(self.finance).action_scn_send()
        self.city.requires_purchase_order = True
        self.deliver()
        move.button_draft()
        self.assertFalse(move.scn_delivery_state or move.scn_delivery_error or move.activity_ids or move.sending_data)

    def test_an_invoice_that_is_none_of_ours_is_sent_as_odoo_sends_it(self):
        move = self.init_invoice('out_invoice', partner=self.city, amounts=[100.0], post=True)
        with self.assertRaisesRegex(UserError, "nothing to send"):
            move.with_user(self.finance).action_scn_send()
        self.env['account.move.send']._generate_and_send_invoices(move)
        self.assertTrue(move.is_move_sent)
        self.assertFalse(move.scn_delivery_state)

    # -- to whom -----------------------------------------------------------------------------------------------

    def test_to_the_billing_contact_then_the_invoice_address_then_finance_then_the_city(self):
        move = self.billed()
        self.assertEqual(move._get_recipients(), self.city)
        desk = self.contact('desk', 'finance')
        self.assertEqual(move._get_recipients(), desk)
        address = self.contact('invoices', type='invoice')
        self.assertEqual(move._get_recipients(), address)
        billing = self.contact('billing')
        move.button_draft()
        move.partner_id = billing
        self.assertEqual(move._get_recipients(), billing)

    def test_never_to_the_elected_lead_not_even_as_a_follower(self):
        mayor = self.contact('mayor', 'political_lead')
        desk = self.contact('desk', 'finance')
        partnership = self.partnership()
        partnership.billing_contact_id = mayor
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        move.message_subscribe(mayor.ids)
        move.with_user(self.finance).action_scn_send()
        self.deliver()
        self.assertEqual(move.scn_delivery_state, 'sent')
        self.assertEqual(self.messages(move).notified_partner_ids, desk)

    def test_not_to_an_address_that_the_elected_lead_shares(self):
        self.contact('mayor', 'political_lead', email='hall@riverton.example')
        move = self.billed()
        with self.assertRaisesRegex(UserError, "Nobody to send"):
            move.with_user(self.finance).action_scn_send()

    def test_another_payer_reads_it_in_its_own_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        region = self.env['res.partner'].create(
            {'name': 'Region', 'is_company': True, 'email': 'region@example.com', 'lang': 'fr_FR'}
        )
        self.contact('desk', 'finance')
        partnership = self.partnership(partner_invoice_id=region.id)
        self.bill('2019-01-01')
        move = self.fee_lines(partnership.period_ids).move_id
        self.assertEqual(move._get_recipients(), region, "the city's finance people do not pay this one")
        send = self.env['account.move.send']
        self.assertEqual(send._get_default_mail_lang(move, move._get_mail_template()), 'fr_FR')
        region.lang = 'en_US'
        self.assertEqual(send._get_default_mail_lang(move, move._get_mail_template()), 'en_US')

    # -- mail failures -----------------------------------------------------------------------------------------

    def ledger(self, move):
        """All that the ledger says of an invoice."""
        periods = move.invoice_line_ids.scn_period_id
        lines = move.line_ids.sorted('id')
        return (
            move.read(['state', 'name', 'payment_state', 'amount_total', 'amount_residual', 'ref', 'partner_id']),
            lines.read(['debit', 'credit', 'account_id', 'scn_period_id', 'scn_issue', 'reconciled']),
            periods.read(['state', 'issue', 'payment_state', 'next_invoice_date', 'last_error', 'retry_at']),
        )

    @mute_logger('odoo.addons.mail.models.mail_mail')
    def test_a_mail_failure_changes_nothing_in_the_ledger(self):
        self.company.scn_send_invoices = 'automatic'
        move = self.billed()
        before = self.ledger(move)
        with refusing_server():
            self.deliver()
        self.assertEqual(self.ledger(move), before)
        self.assertFalse(self.bill('2019-01-01'), "the next run makes no second invoice")
        self.assertEqual(len(self.fee_lines(move.invoice_line_ids.scn_period_id)), 1)
        self.assertEqual((move.scn_delivery_state, len(self.tasks(move, 1))), ('failed', 1))
        self.assertIn("hall@riverton.example", move.scn_delivery_error + self.city.email)
        mail = self.env['mail.mail'].sudo().search([('mail_message_id', '=', move.scn_delivery_message_id.id)])
        self.assertEqual(mail.state, 'exception')
        # The server is back: the same mail goes out, once, and the task is closed.
        with freeze_time('2019-01-01 19:00:00'):
            self.run_job('scn_partner.ir_cron_deliver_invoices')
            self.assertEqual(mail.state, 'outgoing')
            with accepting_server() as taken:
                for __ in range(2):
                    self.run_job('mail.ir_cron_mail_scheduler_action')
        self.assertEqual(taken.count('"Riverton" <hall@riverton.example>'), 1)
        with freeze_time('2019-01-02 02:00:00'):
            self.run_job('scn_partner.ir_cron_deliver_invoices')
        self.assertEqual((move.scn_delivery_state, self.tasks(move, 1)), ('sent', self.env['mail.activity']))
        self.assertEqual(self.ledger(move), before)
        self.assertEqual(len(self.messages(move)), 1)

    @mute_logger('odoo.addons.mail.models.mail_mail')
    def test_staff_send_a_refused_mail_again_as_it_is(self):
        move = self.billed()
        move.with_user(self.finance).action_scn_send()
        with refusing_server():
            self.deliver()
        move.with_user(self.finance).action_scn_send()
        self.assertFalse(move.sending_data, "no second mail is written")
        with accepting_server():
            self.run_job('mail.ir_cron_mail_scheduler_action')
        with freeze_time('2019-01-01 19:00:00'):
            self.run_job('scn_partner.ir_cron_deliver_invoices')
        self.assertEqual((move.scn_delivery_state, len(self.messages(move))), ('sent', 1))

    def test_what_odoos_job_never_comes_to_is_seen(self):
        move = self.billed()
        move.with_user(self.finance).action_scn_send()
        with freeze_time('2019-01-02 13:00:00'):
            self.run_job('scn_partner.ir_cron_deliver_invoices')
        self.assertEqual((move.scn_delivery_state, len(self.tasks(move, 1))), ('failed', 1))
        self.run_job('account.ir_cron_account_move_send')
        self.assertEqual((move.scn_delivery_state, len(self.tasks(move, 1))), ('sent', 0))

    # -- supplier portals --------------------------------------------------------------------------------------

    def portal_city(self):
        self.city.write(
            {
                'invoice_channel': 'portal',
                'supplier_portal_name': 'Riverton Suppliers',
                'supplier_portal_url': 'https://suppliers.riverton.example',
                'buyer_reference': 'DEP-7',
            }
        )

    def test_a_portal_gives_one_task_with_the_files_and_done_means_uploaded(self):
        self.portal_city()
        self.company.write({'scn_send_invoices': 'automatic', 'scn_finance_user_id': self.finance.id})
        move = self.billed()
        self.assertFalse(move.activity_ids or move.invoice_pdf_report_id, "nothing is made inside the run")
        for __ in range(3):
            self.deliver()
        task = self.tasks(move, 0)
        self.assertEqual((len(task), task.user_id), (1, self.finance))
        self.assertEqual(task.attachment_ids, self.env['account.move.send']._get_invoice_extra_attachments(move))
        self.assertIn('application/pdf', task.attachment_ids.mapped('mimetype'))
        self.assertIn('https://suppliers.riverton.example', task.note)
        self.assertIn('DEP-7', task.note)
        self.assertFalse(self.messages(move), "nobody is written to")
        self.assertEqual((move.scn_delivery_state, move.scn_delivered_on), ('upload', False))
        task.with_user(self.finance).action_done()
        self.assertEqual((move.scn_delivery_state, move.scn_delivered_on), ('delivered', fields.Datetime.now()))
        self.deliver()
        self.assertFalse(self.tasks(move, 0), "no second task")

    def test_uploaded_by_the_button_closes_the_task(self):
        self.portal_city()
        move = self.billed()
        with self.assertRaisesRegex(UserError, "waits for an upload"):
            move.with_user(self.finance).action_scn_uploaded()
        move.with_user(self.finance).action_scn_send()
        self.deliver()
        move.with_user(self.finance).action_scn_uploaded()
        self.assertEqual((move.scn_delivery_state, move.activity_ids), ('delivered', self.env['mail.activity']))

    def test_another_task_done_delivers_nothing(self):
        self.portal_city()
        move = self.billed()
        move.with_user(self.finance).action_scn_send()
        self.deliver()
        other = move.activity_schedule('mail.mail_activity_data_todo', user_id=self.finance.id)
        other.with_user(self.finance).action_done()
        self.assertEqual(move.scn_delivery_state, 'upload')

    def test_a_portal_has_a_name_and_a_web_address(self):
        with self.assertRaisesRegex(ValidationError, "supplier portal"):
            self.city.invoice_channel = 'portal'
        for address in ('javascript:alert(1)', 'suppliers.example', 'https://'):
            with self.assertRaisesRegex(ValidationError, "begins with https"):
                self.city.supplier_portal_url = address

    # -- references --------------------------------------------------------------------------------------------

    def test_a_number_that_the_city_gave_is_on_the_invoice_also_where_none_is_required(self):
        self.env['scn.purchase.reference'].create(
            {
                'partner_id': self.city.id,
                'number': 'PO-5',
                'currency_id': self.company.currency_id.id,
                'valid_from': '2019-01-01',
                'valid_until': '2019-12-31',
            }
        )
        move = self.billed()
        self.assertEqual((move.ref, move._get_order_number()), ('PO-5', 'PO-5'))
        credit = move._reverse_moves([{'ref': "a remark"}], cancel=True)
        self.assertEqual(credit._get_order_number(), 'PO-5')

    def test_the_contacts_reference_goes_before_the_organisations(self):
        self.city.buyer_reference = 'CITY'
        desk = self.contact('desk')
        self.assertEqual(desk._get_buyer_reference(), 'CITY')
        desk.buyer_reference = 'DESK'
        self.assertEqual(desk._get_buyer_reference(), 'DESK')

    # -- cost --------------------------------------------------------------------------------------------------

    def test_a_renewal_costs_at_most_nine_queries(self):
        """The target of the benchmark, on one batch, with sending asked for."""
        self.company.scn_send_invoices = 'automatic'
        self.renewals(5, 'Warm')._bill(self.day('2019-01-01'))
        periods = self.renewals(50, 'Counted')
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        periods._bill(self.day('2019-01-01'))
        self.env.flush_all()
        self.assertEqual(set(periods.mapped('state')), {'invoiced'})
        self.assertLessEqual((self.env.cr.sql_log_count - start) / len(periods), 9)

    def test_queueing_costs_no_more_per_invoice_than_odoos_own_button(self):
        """Odoo's write of an invoice reads taxes and partners one by one; looking at what may leave adds nothing."""
        costs = {}
        for name, queue in (
            ('Odoo', lambda moves: moves.write({'sending_data': {'author_user_id': self.finance.id}})),
            ('Ours', lambda moves: moves._queue_delivery(self.finance)),
        ):
            for count in (5, 40):
                periods = self.renewals(count, f'{name} {count}')
                periods._bill(self.day('2019-01-01'))
                moves = self.env['account.move'].browse(periods.line_ids.move_id.ids)
                self.env.flush_all()
                self.env.invalidate_all()
                start = self.env.cr.sql_log_count
                queue(moves)
                self.env.flush_all()
                costs[name, count] = self.env.cr.sql_log_count - start
            self.assertTrue(all(moves.mapped('sending_data')))
        growth = {name: costs[name, 40] - costs[name, 5] for name in ('Odoo', 'Ours')}
        self.assertLessEqual(growth['Ours'], growth['Odoo'] + 3, costs)
