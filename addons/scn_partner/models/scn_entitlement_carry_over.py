from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .scn_partnership import HOLDING_STATES

#: Windows that ended longer ago are not proposed any more: a renewal is decided by then.
PROPOSE_WITHIN_DAYS = 120


class ScnEntitlement(models.Model):
    """What a city did not get in a window may go on to the next one: proposed by a job, decided by an officer."""

    _inherit = 'scn.entitlement'

    carry_state = fields.Selection(
        [('proposed', 'Proposed'), ('accepted', 'Carried over'), ('dismissed', 'Dismissed')],
        string="Carry-over",
        readonly=True,
        copy=False,
        index='btree_not_null',
    )
    carry_reason = fields.Char(string="Dismissed because", readonly=True, copy=False)

    def _check_carry_officer(self):
        """
        :raises AccessError: for anybody but officers
        """
        if not self.env.user.has_group('scn_partner.group_scn_officer'):
            raise AccessError(self.env._("Only officers carry a benefit over."))
        self.check_access('read')

    def _get_following_windows(self):
        """The next window of the same benefit and partnership, for all of these in one query.

        :return: dict from entitlement to the next one; those without are left out
        """
        later = self.sudo().search(
            [
                ('partnership_id', 'in', self.partnership_id.ids),
                ('benefit_id', 'in', self.benefit_id.ids),
                ('window_start', '>', min(self.mapped('window_end'), default=fields.Date.context_today(self))),
                # A period that was taken back keeps its empty windows: what is moved there would be lost.
                ('period_id.state', '!=', 'cancelled'),
            ],
            order='window_start, id',
        )
        windows = later.grouped(lambda window: (window.partnership_id, window.benefit_id))
        following = {}
        for entitlement in self.sudo():
            candidates = windows.get((entitlement.partnership_id, entitlement.benefit_id), later.browse())
            found = candidates.filtered(lambda window, last=entitlement.window_end: window.window_start > last)[:1]
            if found:
                following[entitlement] = found
        return following

    def action_carry_over(self):
        """Move what is left of windows into the next window of the same benefit.

        :raises AccessError: for anybody but officers
        :raises UserError: when nothing is left, or there is no later window
        """
        self._check_carry_officer()
        following = self._get_following_windows()
        # The earliest first: what goes from one window to the next can go on from there in the same action.
        for entitlement in self.sudo().sorted('window_start'):
            left, target = entitlement.left, following.get(entitlement)
            if not left or not target:
                raise UserError(
                    self.env._(
                        "Nothing of “%(benefit)s” can be carried over: nothing is left, or no later window exists yet.",
                        benefit=entitlement.display_name,
                    )
                )
            entitlement.write(
                {
                    'quota': entitlement.quota - left,
                    'moved_on': entitlement.moved_on + left,
                    'carry_state': 'accepted',
                    'carry_reason': False,
                }
            )
            target.write({'quota': target.quota + left, 'carried': target.carried + left})
            entitlement.partnership_id.message_post(
                body=self.env._(
                    "%(count)s × %(benefit)s carried over to the window from %(day)s.",
                    count=left,
                    benefit=entitlement.benefit_id.name,
                    day=target.window_start,
                )
            )
        self.sudo()._close_carry_activities()
        return True

    def action_dismiss_carry_over(self):
        """Ask why these proposals are dismissed.

        :return: action that opens the question
        """
        self._check_carry_officer()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Dismiss the carry-over"),
            'res_model': 'scn.entitlement.dismiss',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_entitlement_ids': self.ids},
        }

    def _dismiss_carry_over(self, reason):
        """What is left expires; the reason is kept and told in the partnership's history."""
        self._check_carry_officer()
        proposals = self.sudo().filtered(lambda entitlement: entitlement.carry_state == 'proposed')
        proposals.write({'carry_state': 'dismissed', 'carry_reason': reason})
        for partnership, entitlements in proposals.grouped('partnership_id').items():
            partnership.message_post(
                body=self.env._(
                    "Not carried over: %(benefits)s. %(reason)s",
                    benefits=", ".join(entitlements.mapped('display_name')),
                    reason=reason,
                )
            )
        proposals._close_carry_activities()

    def _close_carry_activities(self):
        """The task of a partnership is done when none of its proposals is open."""
        partnerships = self.partnership_id
        open_ones = self.search(
            [('partnership_id', 'in', partnerships.ids), ('carry_state', '=', 'proposed'), ('left', '>', 0)]
        )
        (partnerships - open_ones.partnership_id).activity_unlink(['scn_partner.mail_activity_type_carry_over'])

    @api.model
    def _cron_propose_carry_over(self):
        """Daily: propose what ended with something left, once, with one task per partnership.

        A window of the last term is proposed as soon as the renewal brings the window it could go to. Running twice
        changes nothing: what was proposed, carried over or dismissed is not looked at again.
        """
        today = fields.Date.context_today(self)
        ended = self.sudo().search(
            [
                ('left', '>', 0),
                ('carry_state', '=', False),
                ('window_end', '<', today),
                ('window_end', '>=', today - timedelta(days=PROPOSE_WITHIN_DAYS)),
                ('partnership_id.state', 'in', HOLDING_STATES),
            ]
        )
        ended._propose_carry_over()

    def _propose_carry_over(self):
        """Propose these windows, as far as there is a later one, with one task for each partnership's account holder."""
        proposed = self.sudo().browse().union(*self._get_following_windows())
        proposed.carry_state = 'proposed'
        activity = 'scn_partner.mail_activity_type_carry_over'
        for partnership, entitlements in proposed.grouped('partnership_id').items():
            if not partnership.activity_search([activity], only_automated=False):
                partnership.activity_schedule(
                    activity,
                    user_id=(partnership.user_id or self.env.ref('base.user_admin')).id,
                    note=self.env._(
                        "Ended with something left: %(benefits)s. Carry it over or dismiss it.",
                        benefits=", ".join(entitlements.mapped('display_name')),
                    ),
                )
