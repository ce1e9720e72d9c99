from datetime import timedelta

from markupsafe import escape

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from odoo.addons.scn_partner.matching_keys import email_key

from .scn_declaration_link import DEFAULT_DAYS, MOST_FORWARDED


class ScnDeclarationLink(models.Model):
    """Passing a link on to the right politician.

    The colleague gets a link of their own; the one it came from stays good, and whoever is first acts: a slip in the
    address must not leave the city without a link. It goes out at once to an address of the city's own mail domain.
    For any other address staff decide, so that nobody sends our mails to the whole world.
    """

    _inherit = 'scn.declaration.link'

    def _forward(self, reader, form):
        """Send a colleague a link of their own, or ask staff to.

        :param reader: see ``_get_obstacle``
        :param dict form: ``colleague_name``, ``colleague_function``, ``colleague_email``
        :return: ``sent``, ``requested``, or the obstacle that forbids it
        :raises UserError: one clear sentence about the form
        """
        self.ensure_one()
        link = self.sudo()
        link._lock()
        obstacle = link._get_obstacle(reader)
        if obstacle:
            return obstacle
        name, function, email = link._read_colleague(form)
        signature = link.signature_id
        if link._knows_domain(email) and link._count_forwarded() < MOST_FORWARDED:
            contact = link._get_colleague(name, function, email)
            self._issue(signature, contact, forwarded_by=link)
            link._tell_staff(self.env._("The link was passed on to %(person)s.", person=contact.name))
            return 'sent'
        if not link._get_waiting(email):
            self.sudo().create(
                {
                    'signature_id': signature.id,
                    'version_id': link.version_id.id,
                    'purpose': link.purpose,
                    'state': 'requested',
                    'expires_on': fields.Datetime.now() + timedelta(days=DEFAULT_DAYS),
                    'forwarded_by_id': link.id,
                    'requested_name': name,
                    'requested_function': function,
                    'requested_email': email,
                }
            )
            link._ask_staff(name, email)
        return 'requested'

    def _read_colleague(self, form):
        line = self.signature_id._read_city_line
        name, function = line(form, 'colleague_name'), line(form, 'colleague_function')
        email = email_normalize(line(form, 'colleague_email', 254))
        if not name:
            raise UserError(self.env._("Please fill in your colleague's name."))
        if not email or not email_key(email):
            raise UserError(self.env._("Please check your colleague's e-mail address."))
        return name, function, email

    def _knows_domain(self, email):
        """Whether an address is of the city: its mail domains, or that of the person who got this link."""
        return self.signature_id.partner_id._knows_mail_domain(email, self.partner_id)

    def _count_forwarded(self):
        return self.search_count([('signature_id', '=', self.signature_id.id), ('forwarded_by_id', '!=', False)])

    def _get_waiting(self, email):
        return self.search(
            [
                ('signature_id', '=', self.signature_id.id),
                ('state', '=', 'requested'),
                ('requested_email', '=', email),
            ],
            limit=1,
        )

    def _get_colleague(self, name, function, email):
        """The city's contact with this address, made when there is none."""
        city = self.signature_id.partner_id
        key = email_key(email)
        contacts = (
            self.env['res.partner'].sudo().search([('commercial_partner_id', '=', city.id), ('email', '!=', False)])
        )
        known = contacts.filtered(lambda contact: contact != city and email_key(contact.email) == key)[:1]
        return known or contacts.create(
            {
                'name': name,
                'function': function,
                'email': email,
                'parent_id': city.id,
                'lang': self.partner_id.lang or city.lang,
            }
        )

    def _tell_staff(self, text):
        self.signature_id.message_post(body=text, message_type='notification', subtype_xmlid='mail.mt_note')

    def _ask_staff(self, name, email):
        signature = self.signature_id
        signature.activity_schedule(
            'mail.mail_activity_data_todo',
            summary=self.env._("May the link go to this address?"),
            note=escape(self.env._("%(name)s <%(email)s>: see the links of the signature.", name=name, email=email)),
            user_id=(signature.user_id or signature.declaration_id.user_id or self.env.user).id,
        )
