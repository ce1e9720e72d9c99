from datetime import timedelta

from odoo import api, fields, models


class ScnSignup(models.Model):
    """How long the original text of a sign-up is kept; its fields, its consent and its fingerprint stay."""

    _inherit = 'scn.signup'

    def _date_raw_text(self):
        """Original text that somebody typed in goes after the source's retention, like any other."""
        for signup in self:
            if signup.raw_text and not signup.raw_purge_on:
                signup.sudo().raw_purge_on = signup._get_raw_purge_date(signup.received_at)

    def _get_raw_purge_date(self, received_at):
        """Day on which the original text goes, from the source's retention.

        :param received_at: datetime of the message, or None
        """
        self.ensure_one()
        start = (received_at or fields.Datetime.now()).date()
        return max(start, fields.Date.today()) + timedelta(days=self.source_id.retention_days)

    @api.model
    def _cron_purge_raw_text(self, limit=1000):
        """Daily: delete original texts whose retention date has passed; the payload hash stays."""
        due = [('raw_purge_on', '<=', fields.Date.today()), ('raw_purged_on', '=', False)]
        while signups := self.search(due, limit=limit, order='id'):
            signups.sudo().with_context(tracking_disable=True).write(
                {
                    'raw_text': False,
                    'subject': False,
                    'raw_purged_on': fields.Datetime.now(),
                }
            )
            if not self.env['ir.cron']._commit_progress(len(signups), remaining=self.search_count(due)):
                break

    @api.model
    def _find_erased(self, source, records):
        """Which of these records (``SentRecord``) are of messages or addresses that were erased.

        :return: dict external id → ``message`` or ``address`` (see ``scn.signup.erasure``)
        """
        return self.env['scn.signup.erasure']._find(source, records)

    def _withhold(self, sent, run):
        """Keep nothing of a message of an erased address but its fingerprint, as withdrawn.

        The sender gets the answers it would get for anybody: new the first time, unchanged from then on. An answer
        that said “erased” would tell whoever has a key for the sync which addresses were.

        :param sent: ``SentRecord``
        """
        self.ensure_one()
        self.write(
            {
                **self._prepare_decision_values('withdrawn'),
                'payload_hash': sent.payload_hash,
                'run_id': run.id,
                'raw_purged_on': fields.Datetime.now(),
                'reject_note': self.env._("Erased: not taken again from an old message."),
            }
        )
