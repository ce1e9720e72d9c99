import base64

from odoo import api, models
from odoo.tools.translate import LazyTranslate

from odoo.addons.scn_partner.personal_data import PersonalData, find_in_file

_lt = LazyTranslate(__name__)

STAFF = _lt("Foundation staff")
#: A person's function goes with the name it stands beside.
WITH_NAME = {'signatory_name': 'signatory_function', 'validated_by': 'validated_function'}


class ScnPersonalData(models.AbstractModel):
    """What the Declaration keeps of a person: names behind salted commitments, evidence, links."""

    _inherit = 'scn.personal.data'

    @api.model
    def _get_declarations(self):
        return [*self._get_declaration_declarations(), *super()._get_declarations()]

    @api.model
    def _get_declaration_declarations(self):
        return [
            PersonalData(
                model='scn.declaration.link',
                fields=('requested_name', 'requested_function', 'requested_email'),
                contact=('partner_id',),
                email=('requested_email',),
                name=('requested_name',),
                not_personal=('code_hash',),
                erasure='special',
                why=_lt("Links by which one person of a city acts on the Declaration"),
                kept=_lt("Asked-for addresses: the days of the retention rule; the rest as long as the signature"),
                seen_by=STAFF,
            ),
            PersonalData(
                model='scn.declaration.signature',
                fields=('signatory_name', 'signatory_function', 'validated_by', 'validated_function'),
                name=('signatory_name', 'validated_by'),
                not_personal=('name', 'partner_id', 'user_id', 'ratification_body', 'head_hash',
                              'certificate_reference'),
                free_text=('verify_message',),
                erasure='special',
                why=_lt("Who acted for the city, and who validated it politically"),
                kept=_lt("As long as the signature stands, or until erased: then the log says that values were erased, "
                         "and its fingerprints stay"),
                seen_by=_lt("Foundation staff; the public where the person agreed"),
            ),
            PersonalData(
                model='scn.declaration.evidence',
                fields=('source', 'file', 'file_name', 'file_hash'),
                erasure='special',
                why=_lt("What shows that a city agreed"),
                kept=_lt("As long as the signature stands, or until erased: kind, day and fingerprint stay"),
                seen_by=STAFF,
            ),
            PersonalData(
                model='scn.declaration.reservation',
                fields=('note',),
                erasure='special',
                why=_lt("What a city said about an article"),
                kept=_lt("As long as the signature; a note that names a person goes with the erasure"),
                seen_by=_lt("Foundation staff; the public where marked so"),
            ),
            PersonalData(
                model='scn.declaration.log.value',
                fields=('salt', 'value'),
                not_personal=('name',),
                erasure='special',
                why=_lt("Personal values behind the commitments of the log"),
                kept=_lt("Until erased: value and salt are destroyed together"),
                seen_by=_lt("Managers"),
            ),
        ]  # fmt: skip

    @api.model
    def _get_not_personal(self):
        return {
            **super()._get_not_personal(),
            'scn.declaration': ('name', 'code', 'user_id'),
            'scn.declaration.article.text': ('title', 'body'),
            'scn.declaration.digest': ('heads_hash', 'changed', 'previous', 'digest'),
            'scn.declaration.log': ('user_id', 'payload', 'prev_hash', 'hash'),
            'scn.declaration.reason': ('name',),
            'scn.declaration.stage': ('name',),
            'scn.declaration.version': ('name', 'content_hash'),
            'scn.declaration.version.text': ('title', 'introduction'),
        }

    @api.model
    def _get_unswept_tables(self):
        """The log and what it commits to change by an erasure that is an entry itself, never from outside."""
        return super()._get_unswept_tables() | {
            'scn_declaration_log',
            'scn_declaration_log_value',
            'scn_declaration_signature',
            'scn_declaration_evidence',
            'scn_declaration_reservation',
        }


class ScnDeclarationLink(models.Model):
    _inherit = 'scn.declaration.link'

    def _erase_person(self, person, declared):
        """Links sent to the person go; of one that was asked for, name and address."""
        links = self.env['scn.personal.data']._find_records(declared, person).with_env(self.env)
        count = len(links)
        links.unlink()
        return count, self.browse()


class ScnDeclarationSignature(models.Model):
    """Everything a person left on signatures goes by one entry of each log, so that ``verify`` says *erased*."""

    _inherit = 'scn.declaration.signature'

    @api.model
    def _find_of_person(self, declared, person):
        """Signatures on which the person stands: by name, or in evidence, reservations and the log's values."""
        return self.browse(sorted(self._find_traces(person)))

    @api.model
    def _find_traces(self, person):
        """Where a person stands on signatures.

        :return: dict signature id → ``(fields, evidence, reservations, log values)``
        """
        sought = person.get_traces()
        if not sought:
            return {}
        if self._name in person.found:
            return person.found[self._name]
        found = self.sudo().with_context(active_test=False)._collect_traces(sought)
        return person.found.setdefault(self._name, found)

    @api.model
    def _collect_traces(self, sought):
        """Read names, evidence, notes and the log's values of every signature once; see ``_find_traces``."""
        traces = {}

        def of(signature):
            empty = (self.env['scn.declaration.evidence'], self.env['scn.declaration.reservation'],
                     self.env['scn.declaration.log.value'])  # fmt: skip
            return traces.setdefault(signature.id, [set(), *empty])

        for signature in self.search(['|', ('signatory_name', '!=', False), ('validated_by', '!=', False)]):
            for name, function in WITH_NAME.items():
                if sought.are_in(signature[name]):
                    of(signature)[0].update({name, function})
        for evidence in self.env['scn.declaration.evidence'].search([('erased_on', '=', False)]):
            content = evidence.with_context(bin_size=False).file
            if sought.are_in(f'{evidence.source} {evidence.file_name}') or self._holds(sought, content):
                of(evidence.signature_id)[1] |= evidence
        for reservation in self.env['scn.declaration.reservation'].search([]):  # pylint: disable=no-search-all
            if sought.are_in(reservation.note):
                of(reservation.signature_id)[2] |= reservation
        for value in self.env['scn.declaration.log.value'].search([('value', '!=', False)]):
            if sought.are_in(value.value):
                beside = value.log_id.value_ids.filtered(
                    lambda other, value=value: other.name == WITH_NAME.get(value.name)
                )
                of(value.log_id.signature_id)[3] |= value | beside
        return traces

    @api.model
    def _holds(self, sought, content):
        return bool(content) and find_in_file(sought, base64.b64decode(content))

    def _erase_person(self, person, declared):
        """Destroy the person's values with their salts, and evidence and notes that name them; others' stay."""
        traces = self._find_traces(person)
        for signature_id, (names, evidence, reservations, values) in traces.items():
            signature = self.browse(signature_id)
            signature._lock()
            values |= signature.log_ids.value_ids.filtered(
                lambda value, evidence=evidence, reservations=reservations: value.name.startswith(
                    tuple(f'evidence:{record.id}:' for record in evidence)
                    + tuple(f'reservation:{record.id}:' for record in reservations)
                )
            )
            values.unlink()
            evidence._erase()
            reservations._erase()
            facts = dict.fromkeys(names, False)
            if 'signatory_name' in names:
                facts['publish_name'] = False
            if facts:
                signature._write_facts(facts)
            signature._append('erase')
        return len(traces), self.browse()


class ScnDeclarationEvidence(models.Model):
    _inherit = 'scn.declaration.evidence'

    @api.model
    def _find_of_person(self, declared, person):
        traces = self.env['scn.declaration.signature']._find_traces(person)
        return self.browse().union(*(of_signature[1] for of_signature in traces.values()))

    def _erase_person(self, person, declared):
        """Erased with the signature, in one entry of its log."""
        return 0, self.browse()


class ScnDeclarationReservation(models.Model):
    _inherit = 'scn.declaration.reservation'

    @api.model
    def _find_of_person(self, declared, person):
        traces = self.env['scn.declaration.signature']._find_traces(person)
        return self.browse().union(*(of_signature[2] for of_signature in traces.values()))

    def _erase_person(self, person, declared):
        """Erased with the signature, in one entry of its log."""
        return 0, self.browse()


class ScnDeclarationLogValue(models.Model):
    _inherit = 'scn.declaration.log.value'

    @api.model
    def _find_of_person(self, declared, person):
        traces = self.env['scn.declaration.signature']._find_traces(person)
        return self.browse().union(*(of_signature[3] for of_signature in traces.values()))

    def _erase_person(self, person, declared):
        """Erased with the signature, in one entry of its log."""
        return 0, self.browse()
