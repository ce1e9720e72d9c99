import ast
import inspect
import textwrap

from lxml import etree

from odoo.tests import tagged

from .common import SharingCitiesCase

READ, WRITE, CREATE, UNLINK = 'read', 'write', 'create', 'unlink'
ALL = {READ, WRITE, CREATE, UNLINK}

#: model → who may do what. Anybody not named may do nothing.
MATRIX = {
    'scn.benefit': {'employee': {READ}, 'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': ALL},
    'scn.grade.benefit': {'employee': {READ}, 'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': ALL},
    'res.partner.grade': {'employee': {READ}, 'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': ALL},
    'scn.contact.role': {'reader': {READ}, 'officer': ALL, 'finance': {READ}, 'manager': ALL},
    'scn.city.invitation': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.city.alias': {'reader': {READ}, 'officer': ALL, 'finance': {READ}, 'manager': ALL},
    'scn.consent': {'reader': {READ}, 'officer': {READ, CREATE}, 'finance': {READ}, 'manager': {READ, CREATE}},
    'scn.consent.purpose': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': ALL},
    'scn.consent.wording': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': ALL},
    'scn.contact.key': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.contact.duplicate': {
        'reader': {READ},
        'officer': {READ, WRITE},
        'finance': {READ},
        'manager': {READ, WRITE},
    },
    'scn.signup': {'reader': {READ}, 'officer': {READ, WRITE, CREATE}, 'finance': {READ}, 'manager': ALL},
    'scn.signup.source': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': ALL},
    'scn.signup.run': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.signup.batch': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.signup.erasure': {'manager': {READ}},
    'scn.erasure.log': {'manager': {READ}},
    'scn.personal.data': {},
    'scn.retention': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ, WRITE}},
    'scn.person.erasure': {'manager': ALL},
    'scn.signup.accept': {'officer': ALL, 'manager': ALL},
    'scn.signup.reject': {'officer': ALL, 'manager': ALL},
    'scn.signup.merge': {'officer': ALL, 'manager': ALL},
    'scn.sync.key': {'manager': ALL},
    'scn.partnership': {
        'reader': {READ},
        'officer': {READ, WRITE, CREATE},
        'finance': {READ, WRITE, CREATE},
        'manager': ALL,
    },
    'scn.partnership.instalment': {'reader': {READ}, 'officer': ALL, 'finance': ALL, 'manager': ALL},
    'scn.partnership.period': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.purchase.reference': {
        'reader': {READ},
        'officer': {READ, WRITE, CREATE},
        'finance': ALL,
        'manager': {READ, WRITE, CREATE},
    },
    'scn.entitlement': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.entitlement.use': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.overdue.level': {'reader': {READ}, 'officer': {READ}, 'finance': ALL, 'manager': {READ}},
    'scn.overdue.notice': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.opening.import': {'finance': ALL, 'manager': ALL},
    'scn.opening.import.line': {'finance': ALL, 'manager': ALL},
    'scn.opening.import.total': {'finance': ALL, 'manager': ALL},
    'scn.partnership.year': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.revenue.risk': {'reader': {READ}, 'officer': {READ}, 'finance': {READ}, 'manager': {READ}},
    'scn.recipient.export': {'officer': ALL, 'manager': ALL},
    'scn.entitlement.dismiss': {'officer': ALL, 'manager': ALL},
    'scn.revenue.report': {'finance': ALL},
    'scn.revenue.report.line': {'finance': ALL},
    'scn.revenue.report.tier': {'finance': ALL},
    'scn.revenue.report.check': {'finance': ALL},
    'scn.partnership.waive': {'manager': ALL},
    'scn.early.benefits': {'officer': ALL, 'finance': ALL, 'manager': ALL},
    'scn.order.acceptance': {'officer': ALL, 'finance': ALL, 'manager': ALL},
    'scn.partnership.leave': {'officer': ALL, 'finance': ALL, 'manager': ALL},
    'scn.partnership.upgrade': {'officer': ALL, 'finance': ALL, 'manager': ALL},
    'scn.partnership.upgrade.balance': {'officer': ALL, 'finance': ALL, 'manager': ALL},
}


@tagged('post_install', '-at_install')
class TestAccess(SharingCitiesCase):
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
            for model in self.env['ir.model'].search([('model', '=like', 'scn.%')])
            if 'scn_partner' in (model.modules or '').split(', ')
        }
        self.assertEqual(models - MATRIX.keys(), set())

    def test_another_company_sees_nothing_of_an_inbox(self):
        other = self.env['res.company'].create({'name': 'Other body'})
        signup = self.receive()
        self.manager.write({'company_ids': [(4, other.id)], 'company_id': other.id})
        for model, domain in (
            ('scn.signup', [('id', '=', signup.id)]),
            ('scn.signup.source', [('id', '=', signup.source_id.id)]),
            ('scn.signup.run', [('id', '=', signup.run_id.id)]),
            ('scn.signup.batch', [('run_id', '=', signup.run_id.id)]),
        ):
            found = self.env[model].with_user(self.manager).with_context(allowed_company_ids=other.ids)
            self.assertFalse(found.search(domain), model)
            self.assertTrue(self.env[model].search(domain), model)

    def test_finance_is_apart(self):
        self.assertFalse(self.manager.has_group('scn_partner.group_scn_finance'))
        self.assertFalse(self.finance.has_group('scn_partner.group_scn_officer'))

    def test_the_automation_group_implies_nothing(self):
        self.assertTrue(self.bot.share)
        self.assertEqual(self.bot.all_group_ids, self.env.ref('scn_partner.group_scn_sync_bot'))

    def test_a_reader_is_offered_no_button_that_refuses(self):
        views = self.env['scn.contact.duplicate'].with_user(self.reader).get_views([(False, 'list')])
        self.assertNotIn('<button', views['views']['list']['arch'])
        views = self.env['scn.contact.duplicate'].with_user(self.officer).get_views([(False, 'list')])
        self.assertEqual(views['views']['list']['arch'].count('<button'), 3)

    def test_who_only_reads_is_offered_no_step_of_a_partnership(self):
        def steps(user):
            arch = self.env['scn.partnership'].with_user(user).get_views([(False, 'form')])['views']['form']['arch']
            buttons = {button.get('string') for button in etree.fromstring(arch).iter('button') if button.get('string')}
            return buttons - {"Renewal packet"}

        self.assertEqual(steps(self.reader), set())
        self.assertGreaterEqual(steps(self.officer), {"Eligible", "Leave…", "Renew without a quotation", "Plan again"})
        # Who could not open the quotation is not offered to make one.
        self.assertFalse(steps(self.officer) & {"Upgrade…", "Quote the renewal", "Waive the fee…"})
        self.assertGreaterEqual(steps(self.finance), {"Leave…", "Upgrade…", "Quote the renewal"})
        self.assertIn("Waive the fee…", steps(self.manager))

    def test_no_button_answers_none(self):
        """A method that returns None commits and then answers an RPC caller with a fault."""
        silent = []
        for owner in (type(self.env[name]) for name in MATRIX if name in self.env):
            for base in owner.__mro__:
                if not base.__module__.startswith('odoo.addons.scn_'):
                    continue
                for name, method in vars(base).items():
                    if name.startswith('action_') and callable(method):
                        tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
                        answers = [
                            node for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value is not None
                        ]
                        if not answers:
                            silent.append(f'{owner._name}.{name}')
        self.assertEqual(silent, [])
