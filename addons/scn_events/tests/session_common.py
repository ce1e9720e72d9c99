"""A city with a coordinator and a proposal of a session, shared by the tests of sessions."""

from odoo import fields

from .appointment_common import AppointmentCase


class SessionCase(AppointmentCase):
    """Riverton's coordinator may answer, its colleague may not; Lakeside's lead is of another city."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.new_contact(cls.riverton, 'riverton_colleague')
        for user, role in ((cls.riverton_person, 'coordinator'), (cls.lakeside_person, 'staff_lead')):
            cls.env['scn.contact.role'].create(
                {
                    'organisation_id': user.partner_id.commercial_partner_id.id,
                    'contact_id': user.partner_id.id,
                    'role': role,
                    'date_start': '2019-01-01',
                }
            )
        cls.ana, cls.bo = cls.riverton_person.partner_id, cls.lakeside_person.partner_id
        cls.env.company.scn_session_host_ids = cls.host
        cls.env['mail.mail'].search([]).unlink()

    def propose(self, **values):
        """A session that is proposed to Riverton's coordinator."""
        people = values.pop('people', self.ana)
        session = self.plan(topic='Rules for rentals', contact_ids=[fields.Command.set(people.ids)], **values)
        session.action_propose()
        return session

    def mails(self, text=''):
        """Queued mails whose subject holds a text, the first one first."""
        return self.env['mail.mail'].sudo().search([('subject', 'ilike', text)], order='id')

    def code(self, mail=None):
        """The code in the latest mail about a proposal."""
        mail = mail or self.mails('A session with us')[-1]
        return str(mail.body_html).partition('/session/act#')[2][:29]
