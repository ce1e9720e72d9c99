from datetime import timedelta

from odoo import fields, models, tools

from ..matching_keys import clean, person_key
from ..stop_headers import stop_headers

STOP_SCOPE = 'scn_partner.stop'


class ScnSignup(models.Model):
    """The one mail a sender may get when a sign-up is accepted."""

    _inherit = 'scn.signup'

    def _can_acknowledge(self):
        """Whether a mail may be proposed: the source wants it, there is an address, nobody asked us to stop,
        none was sent before, and the message is recent. Imports of old mail never send anything."""
        self.ensure_one()
        source = self.source_id.sudo()
        return bool(
            source.acknowledge
            and tools.email_normalize(self.email or '')
            and not self.acknowledged_on
            and not self.contact_id.sudo().news_stopped_on
            and 'stopped_news' not in (self.match_reasons or '').split()
            and self.received_at
            and self.received_at >= fields.Datetime.now() - timedelta(days=source.acknowledge_days),
        )

    def _get_mail_lang(self):
        """Language of the mail: the sender's where it is installed, else the company's."""
        self.ensure_one()
        return self._get_sender_lang() or self.company_id.sudo().partner_id.lang or self.env.lang or 'en_US'

    def _get_stop_url(self):
        """Address behind which the person can ask us to stop.

        The token travels in the fragment, so no server log ever holds it, and it names this sign-up only.
        """
        self.ensure_one()
        return f"{self.get_base_url()}/sharing-cities/stop#{self._get_stop_token()}"

    def _get_stop_token(self):
        return tools.hash_sign(self.sudo().env, STOP_SCOPE, {'signup': self.id})

    def _queue_acknowledgement(self, subject, body):
        """Queue the mail for Odoo's mail job; never sent inside the decision.

        :param str subject: as staff saw and may have changed it
        :param body: HTML, likewise
        """
        self.ensure_one()
        template = self.env.ref('scn_partner.mail_template_signup_accepted').sudo()
        template.send_mail(
            self.id,
            force_send=False,
            email_values={
                'subject': clean(subject),
                'body_html': body,
                'body': body,
                'email_to': self.email,
                'headers': repr(stop_headers(self.get_base_url(), self._get_stop_token())),
            },
        )
        self.sudo().acknowledged_on = fields.Datetime.now()

    def _stop_news(self):
        """Record that the person behind this sign-up wants no further mail. Doing it twice changes nothing."""
        self.ensure_one()
        signup = self.sudo()
        people = signup.contact_partner_id or signup.contact_id
        # The same person may be a contact of another city too, or have been entered again.
        people |= signup._find_people().get(person_key(signup.email, signup.contact_name), people)
        people.filtered(lambda person: not person.news_stopped_on).news_stopped_on = fields.Datetime.now()
        if not signup.stopped_on:
            # Kept here as well: the wish outlives a contact that is deleted.
            signup.stopped_on = fields.Datetime.now()
        if signup.state in ('new', 'matched', 'review'):
            signup.write(signup._prepare_decision_values('withdrawn'))
