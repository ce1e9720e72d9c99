import base64

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from .common import MINUTES, DeclarationCase

TABLE = """city;country;status;date;name;function;publish;language;decision_by;recorded
Riverton;GB;joined;2018-11-15;Ana Example;Mayor;yes;es_ES;;2018-11-16
Lakeside;;provisional;2018-11-15;Bo Example;Councillor;;;2019-05-01;
Hillford;;validation;2018-10-01;;;;;;
Nowhere;;joined;2018-11-15;X;;;;;
Riverton;GB;joined;2018-11-15;X;;;;;
Millford;;married;2018-11-15;X;;;;;
Millford;;joined;15/11/2018;X;;;;;
Millford;;joined;2018-08-01;X;;;;;
Millford;;joined;2018-11-15;;;;;;
Millford;;joined;2018-11-15;X;;;;2019-05-01;
Millford;;joined;2018-11-15;X;;;;;2018-11-14
Millford;;joined;2018-11-15;X;;;xx;;
"""


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestSignup(DeclarationCase):
    def setUp(self):
        super().setUp()
        # The declaration of the demo, if any, is not the one of these tests.
        self.declaration.sequence = -1

    def signatures(self):
        return self.env['scn.declaration.signature'].search([('declaration_id', '=', self.declaration.id)])

    def test_accepting_a_wish_opens_one_signature(self):
        for message in ('one', 'two'):
            signup = self.receive(message, wants=['declaration'], language='es')
            signup.with_user(self.officer).write({'organisation_id': self.riverton.id})
            signup.with_user(self.officer).action_accept()
        self.assertEqual(self.signatures().mapped('category'), ['interest'])
        self.assertEqual(self.signatures().partner_id, self.riverton)
        self.assertEqual(self.signatures().user_id, self.officer)

    def test_another_wish_opens_none(self):
        signup = self.receive(wants=['task_force'])
        signup.organisation_id = self.riverton
        signup.with_user(self.officer).action_accept()
        self.assertFalse(self.signatures())

    def test_an_old_message_does_not_undo_a_no_and_a_new_one_opens_again(self):
        signature = self.bring_to('interest')
        signature._decline(self.reasons['decline'], on=fields.Date.to_date('2019-01-10'))
        for message, received, count in (('old', '2019-01-09T10:00:00Z', 1), ('new', '2019-02-01T10:00:00Z', 2)):
            signup = self.receive(message, wants=['declaration'], received_at=received)
            signup.organisation_id = self.riverton
            signup.with_user(self.officer).action_accept()
            self.assertEqual(len(self.signatures()), count, message)


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestNetwork(DeclarationCase):
    def merge(self, source, target):
        self.env['base.partner.merge.automatic.wizard']._merge((source | target).ids, target, extra_checks=False)

    def test_merging_keeps_the_furthest_signature_and_every_log(self):
        signed = self.bring_to('signed')
        review = self.bring_to('review', self.lakeside)
        heads = {signed: signed.head_number, review: review.head_number}
        self.merge(self.riverton, self.lakeside)
        self.assertEqual((signed | review).partner_id, self.lakeside)
        self.assertEqual((signed.category, review.category), ('signed', 'declined'))
        self.assertEqual(self.on_day('2018-10-15').signature_id, signed)
        for signature in heads:
            self.assertEqual(signature.head_number, heads[signature] + 1)
            self.assertEqual(self.moves_of(signature)[-1], 'merge')
            self.assertEqual(signature._verify(), ([], False))

    def test_merging_without_doubles_keeps_what_there_is(self):
        signed = self.bring_to('signed')
        self.merge(self.riverton, self.lakeside)
        self.assertEqual((signed.partner_id, signed.category), (self.lakeside, 'signed'))
        self.assertEqual(signed.country_id, self.lakeside.country_id)
        self.assertEqual(signed._verify(), ([], False))

    def lead(self, city, role='political_lead', **values):
        person = self.env['res.partner'].create(
            {'name': 'New Lead', 'parent_id': city.id, 'email': 'lead@city.example', 'lang': 'en_US'}
        )
        return self.env['scn.contact.role'].create(
            {
                'organisation_id': city.id,
                'contact_id': person.id,
                'role': role,
                'date_start': '2019-02-01',
                **values,
            }
        )

    def test_a_new_mayor_is_a_task_and_not_a_lapse(self):
        signature = self.bring_to('signed')
        entries = signature.head_number
        role = self.lead(self.riverton)
        kind = self.env.ref('scn_declaration.mail_activity_type_reconfirm')
        self.assertEqual(signature.activity_ids.activity_type_id, kind)
        role.date_end = '2019-12-31'
        self.assertEqual(len(signature.activity_ids), 1)
        self.assertEqual((signature.category, signature.head_number), ('signed', entries))
        other = self.bring_to('signed', self.lakeside)
        self.lead(self.lakeside, date_start='2018-01-01')
        self.lead(self.lakeside, role='finance')
        self.assertFalse(other.activity_ids, "the person who was there when it joined")

    def test_a_new_text_proposes_and_sends_nothing(self):
        signatures = self.bring_to('signed') | self.bring_to('provisional', self.lakeside)
        waiting = self.bring_to('validation', self.new_city('Hillford'))
        mails = self.env['mail.mail'].search_count([])
        self.new_version('2019', '2019-02-01', words="We share more.").action_publish()
        for signature in signatures:
            self.assertEqual(len(signature.activity_ids), 1)
        self.assertFalse(waiting.activity_ids)
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)
        signatures[0]._reconfirm(evidence=dict(MINUTES))
        self.assertFalse(signatures[0].activity_ids)

    def remind(self, day):
        with freeze_time(f'{day} 06:00:00'), self.enter_registry_test_mode():
            self.env.ref('scn_declaration.ir_cron_remind_ratification').method_direct_trigger()
        return self.env['scn.declaration.reminder'].search([('signature_id.declaration_id', '=', self.declaration.id)])

    def test_reminders_go_once_per_deadline_and_level(self):
        signature = self.bring_to('provisional')
        self.lead(self.riverton, role='staff_lead')
        self.assertEqual(str(signature.ratify_before), '2018-12-25')
        signature._extend(fields.Date.to_date('2019-05-01'))
        self.assertFalse(self.remind('2019-04-16'))
        for day, count in (
            ('2019-04-17', 1),
            ('2019-04-18', 1),
            ('2019-05-15', 2),
            ('2019-05-16', 2),
            ('2019-07-30', 3),
        ):
            self.assertEqual(len(self.remind(day)), count, day)
        mails = self.env['mail.mail'].search([('model', '=', signature._name), ('res_id', '=', signature.id)])
        self.assertEqual(len(mails), 3)
        self.assertEqual(mails.recipient_ids.email, 'lead@city.example')
        self.assertEqual(signature.category, 'provisional', "no automatic downgrade")
        with freeze_time('2019-07-30 06:00:00'):
            signature._extend(fields.Date.to_date('2019-12-01'))
        self.assertEqual(len(self.remind('2019-12-02')), 4)

    def test_without_a_lead_it_is_a_task(self):
        signature = self.bring_to('provisional')
        reminders = self.remind('2019-03-02')
        self.assertEqual(reminders.mapped('mailed'), [False])
        self.assertEqual(len(signature.activity_ids), 1)
        lead = self.lead(self.riverton, role='staff_lead')
        lead.contact_id.news_stopped_on = '2019-03-01 00:00:00'
        self.env['ir.config_parameter'].set_param('scn_declaration.reminder_days', '5, nonsense')
        self.assertEqual(self.env['scn.declaration.signature']._get_reminder_days(), [-14, 14, 60])

    def test_the_mail_of_the_stage_is_in_the_citys_language(self):
        signature = self.bring_to('validation')
        with self.assertRaisesRegex(UserError, "no staff lead with an e-mail address"):
            signature.action_mail()
        lead = self.lead(self.riverton, role='staff_lead')
        signature.invalidate_recordset()
        context = signature.action_mail()['context']
        composer = self.env['mail.compose.message'].with_user(self.officer).with_context(**context).create({})
        self.assertIn('Riverton', composer.body)
        self.assertEqual(composer.partner_ids, lead.contact_id)
        signature.stage_id.sudo().mail_template_id = False
        with self.assertRaisesRegex(UserError, "has no mail yet"):
            signature.action_mail()


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestWizards(DeclarationCase):
    def test_the_form_of_a_move(self):
        signature = self.bring_to('validation')
        action = signature.with_context(scn_move='join_provisionally').action_open_move()
        with Form(self.env['scn.declaration.move'].with_user(self.officer).with_context(**action['context'])) as form:
            form.signatory_name = 'Ana Example'
            form.on = '2019-02-01'
            form.evidence_kind = 'minutes'
            form.ratification_body = 'City council'
        form.record.action_move()
        self.assertEqual((signature.category, signature.ratification_body), ('provisional', 'City council'))
        self.assertEqual(str(signature.evidence_ids.date), '2019-02-01')
        for move, values in (
            ('extend', {'ratify_before': '2019-12-31'}),
            ('ratify', {'evidence_kind': 'letter', 'on': '2019-02-10'}),
            ('withdraw', {'reason_id': self.reasons['withdraw'].id}),
        ):
            wizard = self.env['scn.declaration.move'].with_user(self.officer)
            wizard = wizard.create({'signature_id': signature.id, 'move': move, **values})
            wizard.action_move()
            self.assertEqual(self.moves_of(signature)[-1], move)
        with self.assertRaises(AccessError):
            signature.with_user(self.reader).with_context(scn_move='sign').action_open_move()
        with self.assertRaisesRegex(UserError, "Choose one of"):
            signature.with_context(scn_move='unlink').action_open_move()

    def ceremony(self, signatures, **values):
        wizard = self.env['scn.declaration.ceremony'].with_user(self.officer)
        wizard = wizard.with_context(active_model=signatures._name, active_ids=signatures.ids)
        with Form(wizard) as form:
            form.occasion = 'Summit 2018'
            form.on = '2018-11-15'
            for position in range(len(signatures)):
                with form.line_ids.edit(position) as line:
                    line.signatory_name = f'Mayor {position}'
        return form.record

    def test_a_ceremony_is_all_or_nothing(self):
        signatures = self.bring_to('validation') | self.bring_to('interest', self.lakeside, ratification_needed=True)
        wizard = self.ceremony(signatures)
        wizard.evidence_kind = 'photo'
        with self.assertRaisesRegex(UserError, "asks for evidence"), self.env.cr.savepoint():
            wizard.action_join()
        self.env.invalidate_all()
        self.assertEqual(set(signatures.mapped('category')), {'validation', 'interest'})
        wizard.evidence_kind = 'letter'
        action = wizard.action_join()
        self.assertEqual(action['domain'], [('id', 'in', wizard.line_ids.signature_id.ids)])
        self.assertEqual(set(signatures.mapped('category')), {'signed', 'provisional'})
        self.assertEqual({str(day) for day in signatures.mapped('joined_on')}, {'2018-11-15'})
        self.assertEqual(signatures.evidence_ids.mapped('source'), ['Summit 2018'] * 2)
        for signature in signatures:
            self.assertEqual(signature._verify(), ([], False))
        with self.assertRaises(AccessError):
            wizard.with_user(self.reader).action_join()

    def test_the_preview_says_what_is_wrong_and_the_import_sends_no_mail(self):
        for name in ('Hillford', 'Millford'):
            self.new_city(name)
        wizard = (
            self.env['scn.declaration.import']
            .with_user(self.manager)
            .create({'declaration_id': self.declaration.id, 'file': base64.b64encode(TABLE.encode())})
        )
        wizard.action_preview()
        words = (
            False, False, False, "No city", "twice", "The status is one of", "no past day", "published on",
            "name is missing", "provisional ones only", "earlier list", "a code such as",
        )  # fmt: skip
        for problem, expected in zip(wizard.line_ids.mapped('problem'), words, strict=True):
            self.assertTrue(expected in problem if expected else not problem, (expected, problem))
        self.assertFalse(self.env['scn.declaration.signature'].search([('declaration_id', '=', self.declaration.id)]))
        mails = self.env['mail.mail'].search_count([])
        action = wizard.action_import()
        signatures = self.env['scn.declaration.signature'].search(action['domain'])
        by_city = {signature.partner_id.name: signature for signature in signatures}
        self.assertEqual(by_city.keys(), {'Riverton', 'Lakeside', 'Hillford'})
        riverton, lakeside = by_city['Riverton'], by_city['Lakeside']
        self.assertEqual((riverton.category, str(riverton.joined_on), riverton.lang), ('signed', '2018-11-15', 'es_ES'))
        self.assertTrue(riverton.publish_name)
        self.assertEqual(str(riverton.status_ids.recorded_at.date()), '2018-11-16')
        self.assertEqual(str(lakeside.ratify_before), '2019-05-01')
        self.assertEqual(str(lakeside.status_ids.recorded_at.date()), '2019-03-01')
        for signature in signatures:
            self.assertEqual(self.moves_of(signature), ['open', 'import'])
            self.assertEqual(signature._verify(), ([], False))
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)
        with self.assertRaisesRegex(UserError, "cannot be taken over"):
            riverton._take_over('signed', fields.Date.to_date('2018-11-15'))
        # Another run of the same list changes nothing.
        wizard.action_preview()
        self.assertEqual(wizard.good_count, 0)
        with self.assertRaisesRegex(UserError, "No line can be taken over"):
            wizard.action_import()
        with self.assertRaises(AccessError):
            wizard.with_user(self.officer).action_preview()
