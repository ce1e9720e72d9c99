from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged


@tagged('post_install', '-at_install')
class TestSaleOrder(TransactionCase):
    """Finance opens the orders of partnerships, whether or not it has to do with events."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # what finance is in a database without our events, which let it read registrations
        cls.accountant = new_test_user(cls.env, 'orders_accountant', groups='account.group_account_invoice')
        cls.seller = new_test_user(cls.env, 'orders_seller', groups='sales_team.group_sale_salesman_all_leads')
        event = cls.env['event.event'].create(
            {'name': 'Summit', 'date_begin': '2040-05-04 08:00:00', 'date_end': '2040-05-04 16:00:00'}
        )
        product = cls.env['product.product'].create(
            {'name': 'Seat', 'type': 'service', 'service_tracking': 'event', 'list_price': 0}
        )
        ticket = cls.env['event.event.ticket'].create(
            {'name': 'Seat', 'event_id': event.id, 'product_id': product.id, 'price': 0}
        )
        cls.order = cls.env['sale.order'].create(
            {
                'partner_id': cls.env['res.partner'].create({'name': 'Riverton'}).id,
                'order_line': [
                    Command.create({'product_id': product.id, 'event_id': event.id, 'event_ticket_id': ticket.id})
                ],
            }
        )
        cls.order.action_confirm()

    def test_an_accountant_opens_an_order(self):
        order = self.order.with_user(self.accountant)
        self.assertEqual(Form(order).attendee_count, 0)
        self.assertEqual(self.order.with_user(self.seller).attendee_count, 1)

    def test_control_with_odoos_count_the_order_does_not_open(self):
        odoos = next(
            base
            for base in self.env.registry['sale.order'].__mro__
            if base.__module__ == 'odoo.addons.event_sale.models.sale_order'
        )
        self.patch(self.env.registry['sale.order'], '_compute_attendee_count', odoos._compute_attendee_count)
        with self.assertRaises(AccessError):
            Form(self.order.with_user(self.accountant))
