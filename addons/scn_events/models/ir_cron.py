from odoo import api, models

#: Set while what follows a commit runs: the workers were woken up for it.
WOKEN = 'scn_events.cron_workers_woken'


class IrCron(models.Model):
    """One commit wakes the workers of scheduled jobs once, however many jobs it asks for.

    Odoo connects to the server anew for each job: a registration, which asks for the jobs of its mails, would wait
    for each connection.
    """

    _inherit = 'ir.cron'

    @api.model
    def _notifydb(self):
        # cleared with the callbacks once all of them ran, or when the transaction is rolled back
        once = self.env.cr.postcommit.data
        if once.get(WOKEN):
            return None
        once[WOKEN] = True
        return super()._notifydb()
