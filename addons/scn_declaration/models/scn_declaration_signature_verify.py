import json
from itertools import pairwise

from odoo import api, fields, models

from ..canonical import GENESIS, canonical_json, commitment, sha256_text

VERIFY_BATCH = 200


class ScnDeclarationSignature(models.Model):
    """Checking a log against itself and against what it speaks of; every problem names its link.

    What the database alone cannot show (a cut tail with a mended head, a signature removed with its log, a chain
    written anew) is shown by the digests kept outside, see ``scn.declaration.digest``.
    """

    _inherit = 'scn.declaration.signature'

    def _verify(self):
        """Check one signature.

        :return: ``(problems, is_erased)``: list of sentences, each naming a broken link; whether personal values
            were erased by an erasure that is itself in the log
        """
        self.ensure_one()
        signature = self.sudo()
        entries = signature.log_ids.sorted('number')
        if not entries:
            return [self.env._("The log is missing: not one entry is left.")], False
        problems = signature._verify_chain(entries)
        problems += signature._verify_tail(entries)
        missing, changed = signature._verify_values(entries)
        problems += changed
        problems += signature._verify_content(entries[-1])
        problems += signature._verify_text()
        problems += signature._verify_evidence()
        return problems, bool(missing)

    # -- the chain ---------------------------------------------------------------------------------------------

    def _verify_chain(self, entries):
        problems = []
        if entries[0].number != 1 or entries[0].prev_hash != GENESIS:
            problems.append(self.env._("Log entry 1: the log does not start here; its beginning is missing."))
        for entry in entries:
            if sha256_text(entry.payload) != entry.hash:
                problems.append(self.env._("Log entry %(number)s: its text was changed.", number=entry.number))
            elif not self._matches_payload(entry):
                problems.append(
                    self.env._("Log entry %(number)s: move, day or author differ from its text.", number=entry.number)
                )
        for entry, following in pairwise(entries):
            if following.number != entry.number + 1:
                problems.append(
                    self.env._(
                        "Log entry %(number)s is missing: the one before is %(before)s.",
                        number=entry.number + 1,
                        before=entry.number,
                    )
                )
            elif following.prev_hash != entry.hash:
                problems.append(
                    self.env._(
                        "Log entry %(number)s does not follow from entry %(before)s: one of them was replaced.",
                        number=following.number,
                        before=entry.number,
                    )
                )
        return problems

    def _matches_payload(self, entry):
        """Whether the columns of an entry say what its hashed text says."""
        try:
            payload = json.loads(entry.payload)
        except ValueError:
            return False
        return (
            payload.get('signature'),
            payload.get('number'),
            payload.get('move'),
            payload.get('at'),
            payload.get('by'),
            payload.get('previous'),
        ) == (self.name, entry.number, entry.move, entry.at.isoformat(), entry.user_id.id, entry.prev_hash)

    def _verify_tail(self, entries):
        last = entries[-1]
        if last.number < self.head_number:
            return [
                self.env._(
                    "The end of the log is missing: %(found)s of %(expected)s entries are left.",
                    found=last.number,
                    expected=self.head_number,
                )
            ]
        if last.number > self.head_number or last.hash != self.head_hash:
            return [self.env._("The head of the signature and log entry %(number)s do not agree.", number=last.number)]
        return []

    def _verify_values(self, entries):
        """Personal values against their commitments.

        :return: ``(erased, problems)``: names of values an erasure took, and what was changed
        """
        last_erasure = max((entry.number for entry in entries if entry.move == 'erase'), default=0)
        erased, problems = [], []
        for entry in entries:
            values = {value.name: value for value in entry.value_ids}
            for name, expected in self._read_payload(entry).get('personal', {}).items():
                value = values.get(name)
                if not value:
                    if entry.number < last_erasure:
                        erased.append(name)
                        continue
                    problems.append(
                        self.env._(
                            "Log entry %(number)s: the value behind “%(name)s” is missing, and no erasure is logged.",
                            number=entry.number,
                            name=self._get_label(name),
                        )
                    )
                elif commitment(value.salt, value.value) != expected:
                    problems.append(
                        self.env._(
                            "Log entry %(number)s: the value behind “%(name)s” was changed.",
                            number=entry.number,
                            name=self._get_label(name),
                        )
                    )
        return erased, problems

    @api.model
    def _read_payload(self, entry):
        try:
            payload = json.loads(entry.payload)
        except ValueError:
            return {}
        return payload if isinstance(payload, dict) else {}

    # -- what the log speaks of --------------------------------------------------------------------------------

    def _get_label(self, name):
        """What a person calls a value: the field's label, or the record it belongs to."""
        field = self._fields.get(name)
        if field:
            return field._description_string(self.env)
        kind, __, rest = name.partition(':')
        if kind == 'evidence':
            return self.env._("source of evidence %(id)s", id=rest.split(':')[0])
        if kind == 'reservation':
            return self.env._("reservation %(id)s", id=rest.split(':')[0])
        return name

    def _verify_content(self, entry):
        """The signature as it is against the last entry."""
        logged, now = self._read_payload(entry), self._prepare_snapshot()
        if not logged:
            return []
        problems = [
            self._describe_difference(self._get_label(name), logged.get('facts', {}).get(name), value)
            for name, value in now['facts'].items()
            if logged.get('facts', {}).get(name) != value
        ]
        for key, label in (
            ('city', self.env._("City")),
            ('version', self.env._("Text")),
            ('reason', self.env._("Reason")),
            ('validation_evidence', self.env._("Evidence of the validation")),
            ('timeline', self.env._("History")),
            ('evidence', self.env._("Evidence")),
            ('reservations', self.env._("Reservations")),
        ):
            if canonical_json(logged.get(key)) != canonical_json(now[key]):
                problems.append(self._describe_difference(label, logged.get(key), now[key]))
        return problems + self._verify_personal(entry, logged)

    def _verify_personal(self, entry, logged):
        """Names, functions and notes as they stand now against the commitments of the last entry."""
        salts = {value.name: value.salt for value in entry.value_ids}
        now = {name: value for name, value in self._prepare_personal_values().items() if value is not None}
        problems = []
        for name in sorted(now.keys() | logged.get('personal', {}).keys()):
            expected = logged.get('personal', {}).get(name)
            if name in now and expected and name in salts and commitment(salts[name], now[name]) == expected:
                continue
            if name in now or name in salts:
                problems.append(
                    self.env._("“%(name)s” is not what the last log entry commits to.", name=self._get_label(name))
                )
        return problems

    def _describe_difference(self, label, logged, now):
        return self.env._(
            "“%(label)s” is %(now)s, and the log says %(logged)s.",
            label=label,
            now=canonical_json(now),
            logged=canonical_json(logged),
        )

    def _verify_text(self):
        """The very text that was joined, and every one on the way, still has its fingerprint."""
        return [
            self.env._("The text “%(version)s” was changed.", version=version.display_name)
            for version in (self.status_ids.version_id | self.version_id).sorted('number')
            if version._compute_fingerprint() != version.content_hash
        ]

    def _verify_evidence(self):
        problems = []
        for evidence in self.evidence_ids.filtered('is_used'):
            if evidence.erased_on:
                continue
            content = evidence.with_context(bin_size=False).file
            if evidence._get_fingerprint(content) != evidence.file_hash:
                problems.append(
                    self.env._(
                        "The file of evidence %(id)s (%(name)s) was changed or is gone.",
                        id=evidence.id,
                        name=evidence.display_name,
                    )
                )
        return problems

    # -- button and job ----------------------------------------------------------------------------------------

    def _store_verification(self):
        """Check these signatures and keep the outcome where it differs.

        :return: dict signature → list of problems, of those that are broken
        """
        broken = {}
        for signature in self.sudo():
            problems, is_erased = signature._verify()
            if problems:
                broken[signature] = problems
            state = 'broken' if problems else 'erased' if is_erased else 'ok'
            message = "\n".join(problems) or False
            if (signature.verify_state, signature.verify_message) != (state, message):
                signature._write_facts({'verify_state': state, 'verify_message': message})
        return broken

    def action_verify(self):
        """Check the logs of these signatures and say what was found."""
        self.check_access('read')
        broken = self._store_verification()
        erased = self.filtered(lambda signature: signature.verify_state == 'erased')
        if broken:
            lines = [f"{signature.name}: {problem}" for signature, problems in broken.items() for problem in problems]
            message, kind = "\n".join(lines[:10]), 'danger'
        elif erased:
            message, kind = self.env._("Whole. Personal values were erased, the log says when."), 'success'
        else:
            message, kind = self.env._("Whole: every entry, the text and the evidence are as they were."), 'success'
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'title': self.env._("Log"),
                'message': message,
                'type': kind,
                'sticky': bool(broken),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    @api.model
    def _cron_verify(self):
        """Daily: every signature, in committed batches; whoever is responsible gets a task for what is broken."""
        last_id = 0
        while signatures := self.search([('id', '>', last_id)], order='id', limit=VERIFY_BATCH):
            for signature, problems in signatures._store_verification().items():
                signature._raise_alarm(problems)
            last_id = signatures[-1].id
            remaining = self.search_count([('id', '>', last_id)])
            if not self.env['ir.cron']._commit_progress(len(signatures), remaining=remaining):
                break
            self.env.invalidate_all()

    def _raise_alarm(self, problems):
        """One open task per signature that does not verify."""
        self.ensure_one()
        kind = self.env.ref('scn_declaration.mail_activity_type_broken_log')
        if self.activity_ids.filtered(lambda activity: activity.activity_type_id == kind):
            return
        self.activity_schedule(
            activity_type_id=kind.id,
            user_id=(self.declaration_id.user_id or self.user_id or self.env.user).id,
            date_deadline=fields.Date.context_today(self),
            note="\n".join(problems[:20]),
        )
