from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.scn_partner.tests.test_access import ALL, CREATE, READ, WRITE

from .common import DeclarationCase

STAFF_READ = {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}}
MANAGED = {**STAFF_READ, 'manager': ALL}
KEPT = {**STAFF_READ, 'officer': {READ, WRITE, CREATE}, 'manager': {READ, WRITE, CREATE}}
WORKED = {**STAFF_READ, 'officer': ALL, 'manager': ALL}

#: model → who may do what. Anybody not named may do nothing.
MATRIX = {
    'scn.declaration': MANAGED,
    'scn.declaration.version': MANAGED,
    'scn.declaration.version.text': MANAGED,
    'scn.declaration.article': MANAGED,
    'scn.declaration.article.text': MANAGED,
    'scn.declaration.stage': MANAGED,
    'scn.declaration.reason': MANAGED,
    'scn.declaration.evidence.strength': MANAGED,
    'scn.declaration.signature': KEPT,
    'scn.declaration.status': STAFF_READ,
    'scn.declaration.reservation': WORKED,
    'scn.declaration.evidence': WORKED,
    'scn.declaration.log': STAFF_READ,
    'scn.declaration.log.value': {'manager': {READ}},
    'scn.declaration.digest': STAFF_READ,
    'scn.declaration.link': STAFF_READ,
    'scn.declaration.link.send': {'officer': ALL, 'manager': ALL},
    'scn.declaration.reminder': STAFF_READ,
    'scn.declaration.move': {'officer': ALL, 'manager': ALL},
    'scn.declaration.import': {'manager': ALL},
    'scn.declaration.import.line': {'manager': ALL},
    'scn.declaration.ceremony': {'officer': ALL, 'manager': ALL},
    'scn.declaration.ceremony.line': {'officer': ALL, 'manager': ALL},
    'scn.declaration.digest.check': {'reader': ALL, 'officer': ALL, 'finance': ALL, 'manager': ALL},
}


@tagged('post_install', '-at_install')
class TestAccess(DeclarationCase):
    def test_access_matrix(self):
        people = {
            'employee': self.employee,
            'reader': self.reader,
            'officer': self.officer,
            'finance': self.finance,
            'manager': self.manager,
            'bot': self.bot,
            'public': self.env.ref('base.public_user'),
        }
        for model, allowed in MATRIX.items():
            for who, user in people.items():
                may = {operation for operation in sorted(ALL) if self.env[model].with_user(user).has_access(operation)}
                self.assertEqual(may, allowed.get(who, set()), f'{who} on {model}')

    def test_every_model_of_this_addon_is_in_the_matrix(self):
        models = {
            model.model
            for model in self.env['ir.model'].search([('model', '=like', 'scn.declaration%'), ('abstract', '=', False)])
        }
        self.assertEqual(models - MATRIX.keys(), set())

    def test_another_company_sees_nothing(self):
        other = self.env['res.company'].create({'name': 'Other body'})
        signature = self.bring_to('signed')
        self.manager.write({'company_ids': [(4, other.id)], 'company_id': other.id})
        for model, records in (
            ('scn.declaration', self.declaration),
            ('scn.declaration.version', self.version),
            ('scn.declaration.article.text', self.version.article_ids.text_ids),
            ('scn.declaration.signature', signature),
            ('scn.declaration.status', signature.status_ids),
            ('scn.declaration.evidence', signature.evidence_ids),
            ('scn.declaration.log', signature.log_ids),
            ('scn.declaration.log.value', signature.log_ids.sudo().value_ids),
        ):
            domain = [('id', 'in', records.ids)]
            found = self.env[model].with_user(self.manager).with_context(allowed_company_ids=other.ids)
            self.assertTrue(records, model)
            self.assertFalse(found.search(domain), model)
            self.assertEqual(self.env[model].sudo().search_count(domain), len(records), model)

    def test_what_opens_a_list_asks_who_reads(self):
        signature = self.bring_to('interest')
        for user in (self.employee, self.bot):
            with self.assertRaises(AccessError):
                signature.with_user(user).action_view_log()
            with self.assertRaises(AccessError):
                self.version.with_user(user).action_view_signatures()
        self.assertTrue(signature.with_user(self.reader).action_view_log())
        self.assertTrue(self.version.with_user(self.reader).action_view_signatures())

    def test_no_button_answers_none(self):
        signature = self.bring_to('interest')
        self.assertTrue(signature.action_review())
        self.assertTrue(signature.action_start_validation())
        self.assertTrue(signature.action_verify())
        self.assertTrue(signature.with_user(self.manager).action_erase_personal_values())
