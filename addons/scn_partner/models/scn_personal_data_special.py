from odoo import fields, models
from odoo.tools import SQL

from ..matching_keys import person_name_key

#: Messages that somebody wrote, as opposed to notes on what they did.
WRITTEN_TYPES = ('email', 'comment', 'sms', 'out_of_office', 'whatsapp_message')
RELEASED = {'draft', 'cancel'}


class Base(models.AbstractModel):
    """What models answer an erasure; most leave it to their declaration."""

    _inherit = 'base'

    def _get_kept_of_person(self, person):
        """Those of these records that the law keeps."""
        return self


class ScnSignup(models.Model):
    _inherit = 'scn.signup'

    def _erase_person(self, person, declared):
        """Delete sign-ups, accepted ones too: an erasure is what ends their evidence. Digests were remembered before."""
        signups = self.env['scn.personal.data']._find_records(declared, person).with_env(self.env)
        about = signups.filtered(
            lambda signup: (
                signup.contact_partner_id in person.partners
                or signup.contact_id in person.partners
                or person_name_key(signup.contact_name) in {person_name_key(name) for name in person.names}
                or not signup.contact_name
            )
        )
        # another person's, to which the contact was matched: only the link goes
        (signups - about).filtered(lambda signup: signup.moved_from_id in person.partners).moved_from_id = False
        about.filtered(lambda signup: signup.state == 'accepted').write({'state': 'withdrawn'})
        count = len(about)
        about.unlink()
        return count, self.browse()


class AccountMove(models.Model):
    _inherit = 'account.move'

    scn_party_kept = fields.Text(
        string="Party as invoiced",
        readonly=True,
        copy=False,
        groups='scn_partner.group_scn_finance',
        help="Name and address of a person who was erased, as this invoice was issued. Kept as long as the law asks.",
    )

    def _get_kept_of_person(self, person):
        return self.filtered(lambda move: move.state not in RELEASED or move.name not in (False, '/'))

    def _erase_person(self, person, declared):
        """Invoices stay as issued: the person's name and address move from the contact to the invoices."""
        moves = self.env['scn.personal.data']._find_records(declared, person).with_env(self.env)
        kept = moves._get_kept_of_person(person)
        for move in kept.filtered(lambda move: not move.scn_party_kept):
            party = move.partner_id if move.partner_id in person.partners else move.partner_shipping_id
            move.scn_party_kept = "\n".join(
                line for line in (party.name, party._display_address(without_company=True), party.vat) if line
            )
        return len(moves - kept), kept


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _erase_person(self, person, declared):
        """Take the signature off; that the order was accepted, and when, stays. Orders keep their blanked contact."""
        orders = self.env['scn.personal.data']._find_records(declared, person)
        names = {person_name_key(name) for name in person.names}
        signed = orders.search([('signed_by', '!=', False)]) if names else orders
        # a namesake of another city keeps the signature
        cities = person.partners.commercial_partner_id
        signed = signed.filtered(
            lambda order: person_name_key(order.signed_by) in names and order.partner_id.commercial_partner_id in cities
        )
        signed.with_env(self.env).write({'signed_by': False, 'signature': False})
        return len(signed), self.browse()


class MailMessage(models.Model):
    _inherit = 'mail.message'

    def _erase_person(self, person, declared):
        """What the person wrote goes, and what stands on their own contact; notes on what they did lose the author."""
        messages = self.env['scn.personal.data']._find_records(declared, person).with_env(self.env)
        on_contact = self.search([('model', '=', 'res.partner'), ('res_id', 'in', person.partners.ids)])
        written = on_contact | messages.filtered(lambda message: message.message_type in WRITTEN_TYPES)
        notes = messages - written
        if notes:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE mail_message SET author_id = NULL, email_from = NULL, reply_to = NULL WHERE id IN %s",
                    tuple(notes.ids),
                )
            )
            notes.invalidate_recordset()
        count = len(messages | on_contact)
        self.env['mail.mail'].search([('mail_message_id', 'in', written.ids)]).unlink()
        written.exists().unlink()
        return count, self.browse()


class ResDeviceLog(models.Model):
    _inherit = 'res.device.log'

    def _erase_person(self, person, declared):
        """End the person's sessions everywhere, then forget the devices."""
        logs = self.search([('user_id', 'in', person.users.ids)])
        identifiers = [identifier for identifier in set(logs.mapped('session_identifier')) if identifier]
        self.env['scn.personal.data']._end_sessions_after_commit(identifiers)
        count = len(logs)
        logs.unlink()
        return count, self.browse()


class ResUsers(models.Model):
    _inherit = 'res.users'

    def _erase_person(self, person, declared):
        """Delete the account; one that others refer to stays, archived, without a name, a password or a key."""
        users = person.users.with_env(self.env).exists()
        data = self.env['scn.personal.data']
        if not users:
            return 0, self.browse()
        count = len(users)
        self.env['ir.attachment'].search([('res_model', '=', 'res.users'), ('res_id', 'in', users.ids)]).unlink()
        for user in users:
            if not data._get_holding_tables(user):
                user.unlink()
                continue
            user.active = False
            self.env.flush_all()
            data._blank_columns(user, keep={'lang', 'tz', 'notification_type', 'odoobot_state'}, password=SQL("NULL"),
                                totp_secret=SQL("NULL"), login=SQL("'erased-' || id"))  # fmt: skip
        person.users = person.users.exists()
        return count, self.browse()


class ResPartner(models.Model):
    _inherit = 'res.partner'

    def _erase_person(self, person, declared):
        """Delete the contact; one that records which stay refer to is left without anything that names a person."""
        people = person.partners.with_env(self.env).exists()
        data = self.env['scn.personal.data']
        if not people:
            return 0, self.browse()
        count = len(people)
        self.env['ir.attachment'].search(
            [
                ('res_model', '=', 'res.partner'),
                ('res_id', 'in', people.ids),
                '|',
                ('res_field', '=', False),
                ('res_field', '!=', False),
            ]
        ).unlink()
        people.message_ids.unlink()
        people.activity_ids.unlink()
        for contact in people:
            if contact.user_ids or data._get_holding_tables(contact):
                contact.active = False
                self.env.flush_all()
                data._blank_columns(contact, keep={'commercial_company_name'}, name=SQL("'Erased person ' || id"),
                                    complete_name=SQL("'Erased person ' || id"), partner_latitude=SQL("NULL"),
                                    partner_longitude=SQL("NULL"))  # fmt: skip
            else:
                contact.unlink()
        return count, self.browse()
