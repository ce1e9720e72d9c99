from odoo import models
from odoo.exceptions import AccessError


class ResUsers(models.Model):
    """The automation user may not even change itself: Odoo lets every user write some fields of their own."""

    _inherit = 'res.users'

    def _is_sync_bot(self):
        """Whether this user's only purpose is the sync."""
        self.ensure_one()
        return self.share and self.has_group('scn_partner.group_scn_sync_bot')

    def _check_not_sync_bot(self):
        if not self.env.su and self.env.user._is_sync_bot():
            raise AccessError(self.env._("The automation user cannot read or change users."))

    def read(self, fields=None, load='_classic_read'):
        self._check_not_sync_bot()
        return super().read(fields=fields, load=load)

    def _has_field_access(self, field, operation):
        if not self.env.su and self.env.user._is_sync_bot():
            return False
        return super()._has_field_access(field, operation)

    def write(self, vals):
        self._check_not_sync_bot()
        return super().write(vals)
