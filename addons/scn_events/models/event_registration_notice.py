from odoo import fields, models


class EventRegistration(models.Model):
    """In line to be told that the event is cancelled or has changed."""

    _inherit = 'event.registration'

    scn_notice_pending = fields.Boolean(readonly=True, copy=False, groups='base.group_system')

    _scn_notice_pending_index = models.Index('(event_id) WHERE scn_notice_pending')

    def _set_notice_pending(self, pending):
        # nobody follows this: past the chatter, in one statement
        if self:
            models.BaseModel.write(self, {'scn_notice_pending': pending})

    def _tell(self, template):
        """Put the mail in line for those who still come and have an address."""
        coming = self.filtered(lambda registration: registration.state in ('draft', 'open') and registration.email)
        if coming:
            template.send_mail_batch(coming.ids, force_send=False)
        self._set_notice_pending(False)
