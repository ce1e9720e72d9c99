from freezegun import freeze_time

from odoo.tests import tagged

from .common import SharingCitiesCase, record


@tagged('post_install', '-at_install')
class TestSignupJobs(SharingCitiesCase):
    def run_job(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f'scn_partner.{name}').method_direct_trigger()

    def test_original_texts_go_when_their_time_is_over(self):
        with freeze_time('2019-05-03 12:00:00'):
            signup = self.receive()
        self.assertEqual(str(signup.raw_purge_on), '2019-10-30')
        with freeze_time('2019-10-29 12:00:00'):
            self.run_job('ir_cron_purge_raw_text')
            self.assertTrue(signup.raw_text)
        with freeze_time('2019-10-30 12:00:00'):
            self.run_job('ir_cron_purge_raw_text')
        signup.invalidate_recordset()
        self.assertFalse(signup.raw_text or signup.subject)
        self.assertTrue(signup.raw_purged_on and signup.payload_hash and signup.consent_wording)
        self.assertEqual(self.send(record(), batch='after'), [('unchanged', None)], "the hash survives the purge")
        purged_on = signup.raw_purged_on
        with freeze_time('2020-01-01 12:00:00'):
            self.run_job('ir_cron_purge_raw_text')
        self.assertEqual(signup.raw_purged_on, purged_on, "twice changes nothing")

    def test_a_membership_that_starts_or_ends_on_a_day_changes_the_tier_that_day(self):
        with freeze_time('2019-05-01'):
            self.riverton.task_force_since = '2019-06-01'
            self.riverton.task_force_until = '2019-09-01'
            self.assertFalse(self.riverton.grade_id)
        for today, member in (('2019-05-31', False), ('2019-06-01', True), ('2019-08-31', True), ('2019-09-01', False)):
            with freeze_time(today):
                self.env.invalidate_all()
                self.run_job('ir_cron_project_grades')
                self.assertEqual(self.riverton.grade_id == self.tier['task_force'], member, today)

    def activities(self, source, kind):
        return self.env['mail.activity'].search(
            [
                ('res_model', '=', 'scn.signup.source'),
                ('res_id', '=', source.id),
                ('activity_type_id', '=', self.env.ref(f'scn_partner.mail_activity_type_{kind}').id),
            ]
        )

    def test_a_key_that_ends_soon_opens_one_task(self):
        with freeze_time('2019-05-01 12:00:00'):
            self.receive()
            source = self.signup().source_id
            keys = self.env['res.users.apikeys'].with_user(self.bot).sudo()
            keys._generate('rpc', 'old', self.env['scn.sync.key']._fields['expires_on'].to_date('2019-05-30'))
        for today, count in (('2019-05-15', 0), ('2019-05-17', 1), ('2019-05-18', 1)):
            with freeze_time(f'{today} 12:00:00'):
                source.invalidate_recordset()
                self.run_job('ir_cron_watch_sources')
                self.assertEqual(len(self.activities(source, 'key_expiry')), count, today)
        with freeze_time('2019-05-18 13:00:00'):
            keys._generate('rpc', 'new', self.env['scn.sync.key']._fields['expires_on'].to_date('2019-12-01'))
            source.invalidate_recordset()
            self.run_job('ir_cron_watch_sources')
            self.assertFalse(self.activities(source, 'key_expiry'), "a new key closes the task")

    def test_a_missed_night_opens_one_task_and_a_run_closes_it(self):
        self.receive()
        source = self.signup().source_id
        source.nightly = True
        self.env.cr.execute(
            "UPDATE scn_signup_batch SET create_date = '2019-05-01 02:00:00' WHERE source_id = %s",
            [source.id],
        )
        for now, count in (('2019-05-02 03:00:00', 0), ('2019-05-02 05:00:00', 1), ('2019-05-03 05:00:00', 1)):
            with freeze_time(now):
                self.env.invalidate_all()
                self.run_job('ir_cron_watch_sources')
                self.assertEqual(len(self.activities(source, 'missed_run')), count, now)
        self.env.cr.execute(
            "UPDATE scn_signup_batch SET create_date = '2019-05-03 06:00:00' WHERE source_id = %s",
            [source.id],
        )
        with freeze_time('2019-05-03 07:00:00'):
            self.env.invalidate_all()
            self.run_job('ir_cron_watch_sources')
        self.assertFalse(self.activities(source, 'missed_run'))

    def test_a_text_typed_in_by_hand_goes_too(self):
        with freeze_time('2019-05-03 12:00:00'):
            signup = (
                self.env['scn.signup']
                .with_user(self.officer)
                .create(
                    {
                        'city': 'Lakeside',
                        'raw_text': 'By letter',
                    }
                )
            )
            self.assertEqual(str(signup.raw_purge_on), '2019-10-30')

    def test_the_task_stays_when_odoo_deleted_the_ended_key(self):
        with freeze_time('2019-05-01 12:00:00'):
            self.receive()
            source = self.signup().source_id
            self.env['res.users.apikeys'].with_user(self.bot).sudo()._generate(
                'rpc',
                'old',
                self.env['scn.sync.key']._fields['expires_on'].to_date('2019-05-10'),
            )
            source.invalidate_recordset()
            self.run_job('ir_cron_watch_sources')
        self.env['res.users.apikeys'].sudo().search([('user_id', '=', self.bot.id)]).unlink()
        with freeze_time('2019-05-11 12:00:00'):
            source.invalidate_recordset()
            self.run_job('ir_cron_watch_sources')
        self.assertEqual(len(self.activities(source, 'key_expiry')), 1)
