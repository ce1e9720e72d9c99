from odoo.tests import tagged

from .common import EventCase

READ, WRITE, CREATE, UNLINK = 'read', 'write', 'create', 'unlink'
ALL = {READ, WRITE, CREATE, UNLINK}

#: model → who may do what. Anybody not named may do nothing.
MATRIX = {
    'scn.working.line': {
        'employee': {READ},
        'reader': {READ},
        'officer': {READ},
        'finance': {READ},
        'desk': {READ},
        'manager': ALL,
    },
    'scn.appointment': {'reader': {READ}, 'finance': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.appointment.host': {'reader': {READ}, 'finance': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.appointment.due': {'reader': {READ}, 'finance': {READ}, 'officer': {READ}, 'manager': {READ}},
    'scn.appointment.cancel': {'officer': ALL, 'manager': ALL},
    'scn.event.outcome': {'reader': {READ}, 'finance': {READ}, 'desk': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.event.invitation': {'reader': {READ}, 'finance': {READ}, 'desk': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.event.waiting': {
        'reader': {READ},
        'finance': {READ},
        'desk': {READ},
        'officer': {READ, WRITE, CREATE},
        'manager': {READ, WRITE, CREATE},
    },
    'scn.appointment.format': {
        'employee': {READ},
        'reader': {READ},
        'officer': {READ},
        'finance': {READ},
        'desk': {READ},
        'manager': ALL,
    },
    'scn.appointment.action': {'reader': {READ}, 'finance': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.trip': {'reader': {READ}, 'finance': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.trip.stop': {'reader': {READ}, 'finance': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.trip.cost': {'reader': {READ}, 'finance': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.trip.proposal': {'officer': ALL, 'manager': ALL},
    'scn.trip.proposal.line': {'officer': ALL, 'manager': ALL},
    'scn.appointment.block': {'reader': {READ}, 'finance': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.appointment.plan': {'reader': {READ}, 'finance': {READ}, 'officer': {READ}, 'manager': {READ}},
    'scn.appointment.comment': {
        'reader': {READ},
        'finance': {READ},
        'officer': {READ, CREATE},
        'manager': {READ, CREATE},
    },
    **{
        key: {'reader': {READ}, 'finance': {READ}, 'desk': {READ}, 'officer': ALL, 'manager': ALL}
        for key in ('scn.call', 'scn.call.question', 'scn.topic', 'scn.topic.credit')
    },
    'scn.proposal.review': {
        'reader': {READ},
        'finance': {READ},
        'desk': {READ},
        'officer': {READ, WRITE, CREATE},
        'manager': ALL,
    },
    'scn.proposal.answer': {key: {READ} for key in ('reader', 'finance', 'desk', 'officer', 'manager')},
    'scn.proposal.key': {},
    'scn.proposal.link': {},
    'scn.session.link': {},
    'scn.call.announce': {'officer': ALL, 'manager': ALL},
    'scn.topic.merge': {'officer': ALL, 'manager': ALL},
    'scn.event.programme.version': {
        'reader': {READ},
        'finance': {READ},
        'desk': {READ},
        'officer': {READ},
        'manager': {READ},
    },
    'scn.event.recording': {'reader': {READ}, 'finance': {READ}, 'desk': {READ}, 'officer': ALL, 'manager': ALL},
    'scn.event.recording.notice': {'reader': {READ}, 'finance': {READ}, 'officer': {READ}, 'manager': {READ}},
    'scn.calendar.feed': {'manager': {READ, UNLINK}},
    'scn.event.programme.publish': {'officer': {READ, WRITE, CREATE}, 'manager': {READ, WRITE, CREATE}},
    'scn.event.allowance': {'reader': {READ}, 'finance': {READ}, 'desk': {READ}, 'officer': ALL, 'manager': ALL},
}


@tagged('post_install', '-at_install')
class TestAccess(EventCase):
    def test_access_matrix(self):
        people = {
            'employee': self.employee,
            'reader': self.reader,
            'officer': self.officer,
            'finance': self.finance,
            'manager': self.manager,
            'desk': self.desk,
            'bot': self.bot,
            'portal': self.riverton_person,
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
            if 'scn_events' in (model.modules or '').split(', ')
        }
        # models of scn_partner that this addon extends stay in the matrix over there
        own = {name for name in models if self.env[name]._original_module == 'scn_events'}
        self.assertEqual(own - MATRIX.keys(), set())
        self.assertEqual(MATRIX.keys() - own, set())
