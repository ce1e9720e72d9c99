from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    """How a payer wants its invoices: by mail, in its supplier portal, or as further addons add.

    The data stands on the organisation that pays; a billing contact may have a reference of its own.
    """

    _inherit = 'res.partner'

    invoice_channel = fields.Selection(
        [('email', 'PDF by e-mail'), ('portal', "In the payer's supplier portal")],
        string="Invoices are received",
        default='email',
        required=True,
        tracking=True,
    )
    supplier_portal_name = fields.Char(string="Supplier portal", tracking=True)
    supplier_portal_url = fields.Char(string="Supplier portal address", tracking=True)
    buyer_reference = fields.Char(
        string="Buyer reference",
        tracking=True,
        help="What the payer wants to read on every invoice, e.g. a Leitweg-ID or the code of a department. "
        "One on the billing contact goes before that of its organisation.",
    )

    _invoice_channel_portal = models.Constraint(
        "CHECK (invoice_channel != 'portal' OR supplier_portal_name IS NOT NULL)",
        "Enter the name of the supplier portal.",
    )

    @api.constrains('supplier_portal_url')
    def _check_supplier_portal_url(self):
        for partner in self.filtered('supplier_portal_url'):
            address = urlsplit(partner.supplier_portal_url)
            if address.scheme not in ('http', 'https') or not address.hostname:
                raise ValidationError(
                    self.env._("The address of a supplier portal begins with https://, e.g. https://portal.example.")
                )

    @api.constrains('invoice_channel', 'supplier_portal_name')
    def _check_supplier_portal(self):
        for partner in self:
            if partner.invoice_channel == 'portal' and not partner.supplier_portal_name:
                raise ValidationError(
                    self.env._("Enter the name of %(payer)s's supplier portal.", payer=partner.display_name)
                )

    def _get_buyer_reference(self):
        """The reference of the billed contact, else of its organisation; False without one."""
        self.ensure_one()
        return self.buyer_reference or self.commercial_partner_id.buyer_reference or False

    def _get_channel_problem(self, company, order_number):
        """Why an invoice cannot reach this payer in its own way. Addons that bring a channel extend this one.

        :param company: the body that invoices
        :param order_number: the purchase order on the invoice, or False
        :return: one sentence, or False
        """
        self.ensure_one()
        return False

    def _get_elected(self):
        """The elected leads of these cities: nothing is ever mailed to them automatically."""
        roles = self.sudo().contact_role_ids
        return roles.filtered(lambda role: role.is_current and role.role == 'political_lead').contact_id
