from odoo import api, models
from odoo.exceptions import AccessError

from .. import rpc_gate

#: All that the automation user may call, on the model ``scn.signup``.
SYNC_METHODS = frozenset({'sync_info', 'sync_preview', 'sync_receive', 'sync_withdraw'})


class ResUsers(models.Model):
    """The automation user may not even change itself: Odoo lets every user write some fields of their own."""

    _inherit = 'res.users'

    def _register_hook(self):
        super()._register_hook()
        rpc_gate.install()

    def _is_sync_bot(self):
        """Whether this user's only purpose is the sync; an empty record (nobody signed in) is not."""
        return bool(self) and self.share and self.has_group('scn_partner.group_scn_sync_bot')

    @api.model
    def _check_call_is_for_sync(self, model_name, method):
        """The gate of the external API (see ``rpc_gate``): the automation user has four methods.

        :raises AccessError: when the automation user calls anything else
        """
        is_for_sync = model_name == 'scn.signup' and method in SYNC_METHODS
        if not is_for_sync and self.env.user._is_sync_bot():
            raise AccessError(self.env._("The automation user may only call the methods of the sync."))

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
