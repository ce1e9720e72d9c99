from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.scn_partner import secret_code

from ..models.scn_declaration_public_register import RegisterQuestion
from .common import MINUTES, DeclarationCase
from .public_common import PublicCase

DAYS = ('2018-09-25', '2018-10-02', '2018-11-16', '2019-01-15', '2019-03-01')


@tagged('post_install', '-at_install')
@freeze_time('2019-03-01 12:00:00')
class TestAnnul(DeclarationCase):
    """What was entered by mistake never counted."""

    def enter(self, signature, user, reason=None):
        """The form of the move, as the button opens it for a user."""
        action = signature.with_user(user).with_context(scn_move='annul').action_open_move()
        model = self.env['scn.declaration.move'].with_user(user).with_context(**action['context'])
        with Form(model) as form:
            form.reason_id = reason or self.reasons['annul']
        return form.record

    def test_managers_only_and_with_a_reason(self):
        signature = self.bring_to('signed')
        with self.assertRaisesRegex(AccessError, "Only a Sharing Cities manager"):
            signature.with_user(self.officer).with_context(scn_move='annul').action_open_move()
        # The button is one way; the form itself, made over RPC, is another.
        wizard = (
            self.env['scn.declaration.move']
            .with_user(self.officer)
            .create({'signature_id': signature.id, 'move': 'annul', 'reason_id': self.reasons['annul'].id})
        )
        with self.assertRaisesRegex(AccessError, "Only a Sharing Cities manager"):
            wizard.action_move()
        for reason in (self.reasons['withdraw'], self.env['scn.declaration.reason']):
            with self.assertRaisesRegex(UserError, "Choose a reason"):
                signature._annul(reason)
        self.assertEqual((signature.category, self.moves_of(signature)[-1]), ('signed', 'sign'))
        self.enter(signature, self.manager).action_move()
        self.assertEqual(signature.category, 'annulled')
        self.assertEqual((signature.reason_id, str(signature.annulled_on)), (self.reasons['annul'], '2019-03-01'))

    def test_the_form_asks_for_a_reason(self):
        signature = self.bring_to('signed')
        action = signature.with_user(self.manager).with_context(scn_move='annul').action_open_move()
        model = self.env['scn.declaration.move'].with_user(self.manager).with_context(**action['context'])
        with self.assertRaisesRegex(AssertionError, "reason_id is a required field"):
            Form(model).save()

    def test_it_counts_on_no_day(self):
        for category in ('validation', 'provisional', 'signed', 'declined', 'withdrawn'):
            with self.subTest(category=category):
                signature = self.bring_to(category, self.new_city(f'{category} by mistake'))
                self.assertTrue(any(row.signature_id == signature for row in self.on_day('2018-09-25')))
                signature._annul(self.reasons['annul'])
                for day in DAYS[:-1]:
                    self.assertFalse(self.on_day(day).filtered(lambda row, mine=signature: row.signature_id == mine))
                self.assertEqual(self.history(signature), [('annulled', '2019-03-01', '')])

    def test_the_log_keeps_everything(self):
        signature = self.bring_to('withdrawn')
        before = {entry.number: (entry.payload, entry.hash) for entry in signature.log_ids}
        joined_on = signature.joined_on
        signature._annul(self.reasons['annul'])
        after = {entry.number: (entry.payload, entry.hash) for entry in signature.log_ids}
        self.assertEqual({number: after[number] for number in before}, before)
        self.assertEqual(self.moves_of(signature)[-1], 'annul')
        entry = signature.log_ids.sorted('number')[-1]
        self.assertEqual(signature._read_payload(entry)['details'], {'was': 'withdrawn', 'effective': '2019-03-01'})
        timeline = signature._read_payload(signature.log_ids.sorted('number')[-2])['timeline']
        self.assertEqual([row[0] for row in timeline], ['interest', 'review', 'validation', 'signed', 'withdrawn'])
        self.assertEqual((signature.joined_on, signature.evidence_ids.kind), (joined_on, 'minutes'))
        self.assertEqual(signature._verify(), ([], False))
        # A control: verify sees it when somebody takes the annulment back behind its back.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE scn_declaration_signature SET annulled_on = NULL, category = 'signed' WHERE id = %s",
            (signature.id,),
        )
        self.env.invalidate_all()
        problems, __ = signature._verify()
        self.assertEqual(len(problems), 2, problems)

    def test_the_database_asks_when_and_why(self):
        signature = self.bring_to('annulled')
        self.env.flush_all()
        for column in ('annulled_on', 'reason_id'):
            with self.assertRaises(Exception) as refused, self.env.cr.savepoint():
                self.env.cr.execute(
                    f'UPDATE scn_declaration_signature SET {column} = NULL WHERE id = %s',  # pylint: disable=sql-injection
                    (signature.id,),
                    log_exceptions=False,
                )
            self.assertEqual(refused.exception.pgcode, '23514', column)
        with self.assertRaises(AccessError):
            signature.with_user(self.manager).write({'annulled_on': False})

    def test_the_city_may_be_entered_again(self):
        first = self.bring_to('signed')
        first._annul(self.reasons['annul'])
        second = self.bring_to('signed')
        self.assertEqual((first.category, second.category), ('annulled', 'signed'))
        row = self.on_day('2018-10-02')
        self.assertEqual((row.signature_id, row.category), (second, 'signed'))

    def test_what_waits_for_the_city_is_closed(self):
        signature = self.bring_to('provisional').sudo()
        signature._propose_reconfirmation("A new text")
        self.assertTrue(signature.activity_ids)
        signature._annul(self.reasons['annul'])
        self.assertFalse(signature.activity_ids)
        self.assertFalse(signature._get_city_purpose())

    def test_an_annulled_entry_answers_no_sign_up(self):
        """A city whose entry was a mistake and that asks now is on its way, as any other."""
        self.declaration.sequence = -1
        self.bring_to('signed')._annul(self.reasons['annul'])
        signup = self.receive(wants=['declaration'], received_at='2019-02-20T10:00:00Z')
        signup.organisation_id = self.riverton
        signup.with_user(self.officer).action_accept()
        live = self.env['scn.declaration.signature'].search(
            [('partner_id', '=', self.riverton.id), ('category', '=', 'interest')]
        )
        self.assertEqual(len(live), 1)


@tagged('post_install', '-at_install')
class TestAnnulInPublic(PublicCase):
    """Neither the register of any day nor the certificate knows an annulled entry."""

    def read_all(self, day):
        return ''.join(
            self.url_open(f'/declaration{form}', params={'on': day}).text
            for form in ('', '/register.csv', '/register.json', '/map.svg')
        )

    def test_the_register_of_every_day_forgets_it(self):
        city = self.new_city('Mistakeby')
        city.write({'partner_latitude': 52.4, 'partner_longitude': 4.9})
        signature = self.bring_to('withdrawn', city, publish_validation=True).sudo()
        self.bring_to('signed', self.new_city('Stayton'))
        self.env.flush_all()
        for day in DAYS:
            self.assertIn('Mistakeby', self.read_all(day))
        address = '/declaration/register.json'
        for table in ('scn_declaration_signature', 'scn_declaration_status', 'scn_declaration_version', 'res_partner'):
            self.env.cr.execute(
                f"UPDATE {table} SET write_date = write_date - interval '1 hour'"  # pylint: disable=sql-injection
            )
        self.env.invalidate_all()
        known = {'If-Modified-Since': self.url_open(address).headers['Last-Modified']}
        self.assertEqual(self.url_open(address, headers=known).status_code, 304)
        signature._annul(self.reasons['annul'])
        self.env.flush_all()
        for day in (*DAYS, ''):
            self.assertNotIn('Mistakeby', self.read_all(day))
            counts = self.env['scn.declaration.register']._get_counts(
                self.declaration, self.question(day or str(fields.Date.today()))
            )
            stays = [0, 1, 0] if day == '2018-09-25' else [1, 0, 0]
            self.assertEqual([counts[key] for key in ('joined', 'validation', 'withdrawn')], stays)
        # Who kept the page and asks only whether it is newer gets the new one.
        self.assertEqual(self.url_open(address, headers=known).status_code, 200)

    def question(self, day):
        return RegisterQuestion(day=date.fromisoformat(day))

    def test_its_certificate_is_not_valid(self):
        signature = self.bring_to('signed').sudo()
        signature._ensure_certificate_reference()
        self.env.flush_all()
        address = f'/declaration/check/{secret_code.written(signature.certificate_reference)}'
        self.assertIn('scn_certificate_valid', self.url_open(address).text)
        signature._annul(self.reasons['annul'])
        self.env.flush_all()
        answer = self.url_open(address)
        self.assertIn('scn_certificate_annulled', answer.text)
        self.assertIn('This certificate is not valid', answer.text)
        for gone in ('scn_certificate_valid', 'Riverton', 'Ana Example'):
            self.assertNotIn(gone, answer.text)
        with self.assertRaisesRegex(UserError, "has not joined"):
            signature._check_has_certificate()

    def test_its_link_says_that_it_was_taken_back(self):
        signature = self.bring_to('validation').sudo()
        __, code = self.issue(signature)
        signature._annul(self.reasons['annul'])
        self.env.flush_all()
        self.assertEqual(self.problem(self.post(code)), 'revoked')
        self.assertEqual(signature.category, 'annulled')

    def test_the_city_sees_a_clean_page(self):
        self.bring_to('signed')._annul(self.reasons['annul'])
        self.assertFalse(self.riverton._get_declaration_signature())
        again = self.bring_to('validation')
        again._sign('Ana Example', 'Mayor', dict(MINUTES))
        self.assertEqual(self.riverton._get_declaration_signature(), again.sudo())
