import base64

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, new_test_user
from odoo.tools import mute_logger

from .partnership_common import PartnershipCase

PDF = base64.b64encode(b'%PDF-1.4 order')


@freeze_time('2019-01-10 12:00:00')
class TestOrderAcceptance(PartnershipCase):
    """Purchase orders and council decisions that came on paper."""

    def record(self, order, user=None, **values):
        wizard = (
            self.env['scn.order.acceptance']
            .with_user(user or self.officer)
            .create(
                {
                    'order_id': order.id,
                    'reference': 'PO-2019-7',
                    'accepted_on': '2019-01-09',
                    'document': PDF,
                    'document_name': 'order.pdf',
                    **values,
                }
            )
        )
        return wizard.action_record()

    def test_a_purchase_order_confirms_and_is_entered(self):
        self.city.requires_purchase_order = True
        order = self.order(confirm=False)
        answer = self.record(order)
        partnership = order.scn_partnership_id
        self.assertEqual((answer['res_model'], answer['res_id']), ('scn.partnership', partnership.id))
        self.assertEqual((order.state, partnership.state, order.client_order_ref), ('sale', 'pending', 'PO-2019-7'))
        self.assertEqual((order.scn_acceptance_kind, str(order.scn_accepted_on)), ('purchase_order', '2019-01-09'))
        document = order.scn_acceptance_document_id
        self.assertEqual((document.name, document.raw, document.res_id), ('order.pdf', b'%PDF-1.4 order', order.id))
        self.assertIn(document, order.message_ids.attachment_ids)
        reference = self.city.purchase_reference_ids
        self.assertEqual((reference.number, str(reference.valid_from)), ('PO-2019-7', '2019-01-09'))
        self.assertEqual(partnership.period_ids.purchase_reference_id, reference)
        partnership.with_user(self.officer).action_eligible()
        self.bill('2019-01-10')
        self.assertIn('PO-2019-7', self.fee_lines(partnership.period_ids).move_id.ref)

    def test_the_same_path_as_the_portal(self):
        """The order is validated as the portal does, with the confirmation by mail."""
        sent = []
        self.patch(type(self.env['sale.order']), '_send_order_confirmation_mail', lambda orders: sent.append(orders))
        order = self.order(confirm=False)
        self.record(order)
        self.assertEqual(sent, [order])

    def test_a_council_decision_enters_no_purchase_order(self):
        order = self.order(confirm=False, scn_council_decision_on='2019-02-01')
        self.record(order, kind='council_decision', reference='2019/14')
        self.assertEqual((order.state, order.scn_acceptance, order.client_order_ref), ('sale', '2019/14', False))
        self.assertFalse(self.city.purchase_reference_ids)

    def test_a_known_purchase_order_is_used(self):
        reference = self.env['scn.purchase.reference'].create(
            {'partner_id': self.city.id, 'number': 'PO-2019-7', 'valid_from': '2019-01-01', 'valid_until': '2019-12-31'}
        )
        order = self.order(confirm=False)
        self.record(order)
        self.assertEqual(order.scn_partnership_id.period_ids.purchase_reference_id, reference)

    def test_a_purchase_order_that_does_not_cover_the_fee_is_not_on_the_invoice(self):
        """It is accepted all the same; the gate waits for a better one."""
        self.city.requires_purchase_order = True
        self.env['scn.purchase.reference'].create(
            {'partner_id': self.city.id, 'number': 'PO-OLD', 'valid_from': '2018-01-01', 'valid_until': '2018-12-31'}
        )
        for number, values in enumerate(({'reference': 'PO-OLD'}, {'amount': 997.99}, {'valid_until': '2019-01-09'})):
            city = self.city if not number else self.city.copy({'name': f"Riverton {number}"})
            self.assertTrue(city.requires_purchase_order)
            order = self.order(confirm=False, city=city)
            answer = self.record(order, **values)
            self.assertIn("does not cover", answer['params']['message'])
            self.assertEqual(answer['params']['next']['res_id'], order.scn_partnership_id.id)
            partnership = order.scn_partnership_id
            self.assertFalse(partnership.period_ids.purchase_reference_id)
            partnership.with_user(self.officer).action_eligible()
            self.bill('2019-01-10')
            self.assertEqual((order.state, partnership.period_ids.state), ('sale', 'waiting'))

    def test_the_day_decides_on_an_offer_that_ended(self):
        order = self.order(confirm=False, validity_date='2019-01-08')
        with self.assertRaisesRegex(UserError, "The offer ended on 2019-01-08"):
            self.record(order)
        with self.assertRaisesRegex(UserError, "a day to come"):
            self.record(order, accepted_on='2019-01-11')
        self.record(order, accepted_on='2019-01-08')
        self.assertEqual(order.state, 'sale')

    def test_number_and_document_are_needed(self):
        order = self.order(confirm=False)
        with self.assertRaisesRegex(UserError, "attach the document"):
            self.record(order, reference="  ")
        with mute_logger('odoo.sql_db'), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.record(order, document=False)
        self.assertEqual(order.state, 'draft')
        with self.assertRaisesRegex(UserError, "ends before it begins"):
            self.record(order, valid_until='2018-01-01')

    def test_only_open_quotations_of_a_partnership(self):
        with self.assertRaisesRegex(UserError, "not an open quotation"):
            self.record(self.order())

    def test_the_screen_proposes_the_days(self):
        order = self.order(start='2019-02-01', confirm=False)
        with Form(
            self.env['scn.order.acceptance'].with_user(self.officer).with_context(default_order_id=order.id)
        ) as form:
            form.reference = 'PO-1'
            form.document = PDF
            self.assertEqual((str(form.valid_from), str(form.valid_until)), ('2019-01-10', '2020-01-31'))

    def test_a_salesperson_without_our_roles_does_not_record_it(self):
        sales = new_test_user(
            self.env,
            'only_sales',
            groups='sales_team.group_sale_salesman_all_leads',
            company_id=self.env.company.id,
            company_ids=[fields.Command.set(self.env.company.ids)],
        )
        order = self.order(confirm=False)
        with self.assertRaises(AccessError):
            self.record(order, user=sales)
        with self.assertRaises(AccessError):
            order.with_user(sales)._check_can_record_acceptance(self.day('2019-01-09'))
        self.record(order, user=self.finance)
        self.assertEqual(order.state, 'sale')
