from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ScnSyncKey(models.TransientModel):
    """Issue a key for the sync: shown once, never stored in clear.

    A new key works beside the old ones until those end or are taken back, so the sync never stands still.
    """

    _name = 'scn.sync.key'
    _description = 'Key for the Sync'

    user_id = fields.Many2one(
        'res.users',
        string="Automation user",
        required=True,
        domain=lambda self: [('all_group_ids', 'in', self.env.ref('scn_partner.group_scn_sync_bot').ids)],
        default=lambda self: self._default_user_id(),
    )
    name = fields.Char(string="Purpose", required=True, default=lambda self: self.env._("Nightly sync"))
    expires_on = fields.Date(
        string="Valid until",
        required=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=180),
    )
    key = fields.Char(store=False, readonly=True)
    existing_keys = fields.Text(string="Keys in use", compute='_compute_existing_keys')

    @api.model
    def _check_manager(self):
        if not self.env.user.has_group('scn_partner.group_scn_manager'):
            raise AccessError(self.env._("Only a Sharing Cities manager issues keys for the sync."))

    def _default_user_id(self):
        group = self.env.ref('scn_partner.group_scn_sync_bot')
        return self.env['res.users'].sudo().search([('all_group_ids', 'in', group.ids)], order='id', limit=1)

    def _get_keys(self):
        """Keys of the automation user, the newest first; those of other users are nobody's business here."""
        self.ensure_one()
        keys = self.env['res.users.apikeys'].sudo()
        if not self.user_id.sudo()._is_sync_bot():
            return keys
        return keys.search([('user_id', '=', self.user_id.id)], order='id desc')

    @api.depends('user_id')
    def _compute_existing_keys(self):
        self._check_manager()
        for wizard in self:
            keys = wizard._get_keys()
            wizard.existing_keys = "\n".join(
                self.env._(
                    "%(name)s, valid until %(day)s",
                    name=key.name,
                    day=fields.Date.to_string(key.expiration_date) if key.expiration_date else self.env._("revoked"),
                )
                for key in keys
            ) or self.env._("None yet")

    def action_issue(self):
        """Create the key and show it.

        :raises AccessError: for anybody but a manager
        :raises UserError: for a day in the past or too far away, or a user who is not the automation user
        """
        self.ensure_one()
        self._check_manager()
        bot = self.user_id.sudo()
        if not bot._is_sync_bot() or not bot.active:
            raise UserError(self.env._("Choose an active user whose only group is “Sync bot”."))
        today = fields.Date.context_today(self)
        longest = bot.all_group_ids.sorted('api_key_duration')[-1:].api_key_duration
        if not today < self.expires_on <= today + timedelta(days=longest):
            raise UserError(
                self.env._(
                    "A key is valid from one day to %(days)s days: choose a day in that time.",
                    days=int(longest),
                )
            )
        key = (
            self.env['res.users.apikeys']
            .with_user(bot)
            .sudo()
            ._generate(
                'rpc',
                self.name,
                fields.Datetime.to_datetime(self.expires_on + timedelta(days=1)),
            )
        )
        # The key travels in the action only. Odoo's own dialog for it would put it into the server's log: it has
        # no table, and a page that is left while the dialog is open is saved.
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Key ready: copy it now, it is not shown again"),
            'res_model': self._name,
            'views': [(self.env.ref('scn_partner.scn_sync_key_view_form_issued').id, 'form')],
            'target': 'new',
            'context': {'default_key': key},
        }

    def action_end_old_keys(self):
        """End all keys of the automation user but the newest.

        :raises AccessError: for anybody but a manager
        """
        self.ensure_one()
        self._check_manager()
        self._get_keys()[1:].unlink()
        self.env.registry.clear_cache()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Key for the sync"),
            'res_model': self._name,
            'res_id': self.id,
            'views': [(False, 'form')],
            'target': 'new',
        }
