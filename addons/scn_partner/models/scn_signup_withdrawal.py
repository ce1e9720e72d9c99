from odoo import models

from .scn_signup import DECIDED_STATES


class ScnSignup(models.Model):
    """Taking sign-ups back that nobody has decided on yet."""

    _inherit = 'scn.signup'

    def _withdraw(self, source, run, request):
        external_ids = request['external_ids']
        known = self._find_known(source, external_ids)
        self._lock_rows(self.union(*known.values()))
        rows = []
        for external_id in external_ids:
            signup = known.get(external_id, self.browse())
            status, reason = signup._get_withdrawal_status(request.get('of_run'))
            if status == 'withdrawn':
                signup.write({**self._prepare_decision_values('withdrawn'), 'reject_note': request['reason']})
            rows.append({'external_id': external_id, 'status': status, 'reason': reason})
        return rows

    def _get_withdrawal_status(self, of_run):
        """Status and reason of taking a sign-up back.

        :param of_run: key of the run that must have brought it, or None
        """
        if not self:
            return 'unknown', None
        if of_run is not None and self.run_id.key != of_run:
            return 'refused', 'other_run'
        if self.state == 'withdrawn':
            return 'unchanged', None
        if self.state in DECIDED_STATES:
            return 'refused', self.state
        return 'withdrawn', None
