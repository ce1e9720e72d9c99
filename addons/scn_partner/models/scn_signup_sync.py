import json
from contextlib import nullcontext

from psycopg2 import DataError
from psycopg2.errors import CheckViolation, NotNullViolation

from odoo import api, fields, models, release
from odoo.exceptions import AccessError, UserError
from odoo.modules.module import get_manifest
from odoo.tools import SQL, ormcache

from ..matching_keys import has_hidden_characters, has_mixed_scripts
from ..sync_payload import (
    MAX_BYTES,
    MAX_RECORDS,
    PROTOCOL,
    PayloadError,
    RecordError,
    canonical_hash,
    parse_datetime,
    parse_payload,
    validate_record,
)
from .scn_signup import DECIDED_STATES

#: The statuses under which a sign-up is written.
WRITTEN = ('created', 'updated', 'review')

#: What one record may raise that says something about that record only.
RECORD_ERRORS = (UserError, DataError, CheckViolation, NotNullViolation)


class InboxMoved(Exception):
    """With these records something else would happen than the sender expects."""

    def __init__(self, external_ids):
        super().__init__()
        self.external_ids = external_ids


class ScnSignup(models.Model):
    """The sync's way in: four methods that take and give JSON (``docs/rpc.md`` is the contract).

    Callable by the group *sync bot*, and by managers. Without a manager's key an answer depends only on what
    was sent and on the sender's own inbox: whether a city is known to us is never said.
    """

    _inherit = 'scn.signup'

    # -- public methods ----------------------------------------------------------------------------------------

    @api.model
    def sync_info(self):
        """What a sender needs to know before it starts.

        :return: JSON ``{"protocol", "series", "module", "module_version", "server_time", "key_expires_at", "login",
            "is_manager", "database_id", "limits": {"records", "bytes"}}``
        :raises AccessError: for anybody but the sync bot and managers
        """
        inbox = self._open_inbox()
        expiry = inbox.env['res.users.apikeys']._read_group(
            [('user_id', '=', self.env.uid), ('expiration_date', '!=', False)],
            [],
            ['expiration_date:max'],
        )[0][0]
        return json.dumps(
            {
                'protocol': PROTOCOL,
                'series': f'{release.version_info[0]}.{release.version_info[1]}',
                'module': 'scn_partner',
                'module_version': get_manifest('scn_partner')['version'],
                'server_time': fields.Datetime.now().strftime('%Y-%m-%dT%H:%M:%SZ'),
                'key_expires_at': expiry.strftime('%Y-%m-%dT%H:%M:%SZ') if expiry else None,
                'login': self.env.user.login,
                'is_manager': not self.env.user._is_sync_bot(),
                'database_id': inbox._get_database_id(),
                'limits': {'records': MAX_RECORDS, 'bytes': MAX_BYTES},
            }
        )

    @api.model
    def sync_preview(self, payload):
        """What ``sync_receive`` would answer, changing nothing.

        :param str payload: JSON ``{"protocol", "source", "records"}``
        :return: JSON ``{"protocol", "records": [{"external_id", "status", "reason", "known"}]}``; ``known`` tells
            whether the message is in the sender's inbox. With a manager's key each record also has ``"match"``
            (see ``_prepare_match_answers``)
        :raises UserError: for a payload that is not of the contract
        """
        inbox = self._open_inbox()
        request = inbox._parse(payload, {'protocol', 'source', 'records'})
        source = (
            inbox.env['scn.signup.source']
            .with_context(active_test=False)
            .search(
                [('code', '=', request['source'])],
            )
        )
        inbox._check_source(source)
        known = inbox._find_known(source, request['records'])
        rows, valid = [], {}
        for record in request['records']:
            try:
                validate_record(record)
            except RecordError as error:
                rows.append({'external_id': error.external_id, 'status': 'rejected', 'reason': error.reason})
                continue
            rows.append({'external_id': record['external_id'], 'known': record['external_id'] in known})
            valid[len(rows) - 1] = record
        erased = inbox._find_erased(source, list(valid.values()))
        for position, record in valid.items():
            status, reason = inbox._get_status(known.get(record['external_id']), record, erased)
            rows[position].update(status=status, reason=reason)
        if not self.env.user._is_sync_bot():
            for position, match in inbox._prepare_match_answers(source, valid).items():
                rows[position]['match'] = match
        return json.dumps({'protocol': PROTOCOL, 'records': rows})

    @api.model
    def sync_receive(self, payload):
        """Put records into the inbox, exactly once per batch key.

        :param str payload: JSON ``{"protocol", "source", "run", "batch", "records"}``, at most 500 records, 2 MB;
            with ``"expected"``, the statuses a preview foretold, the batch is taken only when all still hold
        :return: JSON ``{"protocol", "run", "batch", "records": [{"external_id", "status", "reason"}]}`` in the
            order sent; status is created, updated, unchanged, review or rejected. The same batch key with the
            same payload returns the very first answer. When something else than expected would happen, nothing is
            written, not even the batch key, and ``"moved"`` lists the external ids.
        :raises UserError: for a payload that is not of the contract, a source of another sender, or a batch key
            that was used for other content
        """
        inbox = self._open_inbox()
        request = inbox._parse(payload, {'protocol', 'source', 'run', 'batch', 'records'}, {'expected'})
        return inbox._answer_once(request, inbox._receive)

    @api.model
    def sync_withdraw(self, payload):
        """Take back sign-ups that nobody has decided on yet.

        :param str payload: JSON ``{"protocol", "source", "run", "batch", "external_ids", "reason"}``; with
            ``"of_run"`` only sign-ups that this run brought
        :return: like ``sync_receive``; status is withdrawn, unchanged, refused (already decided, or brought by
            another run) or unknown
        :raises UserError: as ``sync_receive``
        """
        inbox = self._open_inbox()
        request = inbox._parse(payload, {'protocol', 'source', 'run', 'batch', 'external_ids', 'reason'}, {'of_run'})
        return inbox._answer_once(request, inbox._withdraw)

    # -- checks ------------------------------------------------------------------------------------------------

    def _open_inbox(self):
        """The inbox as the sync sees it: rights checked first, the caller's context and records dropped.

        :raises AccessError: for anybody but the sync bot and managers
        """
        user = self.env.user
        if not (user._is_sync_bot() or user.has_group('scn_partner.group_scn_manager')):
            raise AccessError(
                self.env._(
                    "Only the group “Sync bot” may call this. Use the key that a manager issued for the sync.",
                )
            )
        return self.env(context={'tracking_disable': True, 'mail_create_nolog': True}, su=True)['scn.signup']

    @api.model
    def _get_database_id(self):
        """What tells this database from every other, copies under another name included; says nothing about it."""
        uuid = self.env['ir.config_parameter'].sudo().get_param('database.uuid')
        return canonical_hash([uuid, self.env.cr.dbname])[:32]

    def _parse(self, payload, keys, optional=frozenset()):
        try:
            return parse_payload(payload, keys, optional)
        except PayloadError as error:
            raise UserError(self.env._("The sync sent something else than agreed: %(error)s.", error=error)) from error

    def _check_source(self, source):
        """
        :raises UserError: when another automation user owns the source, or it was archived
        """
        if source and not source.active:
            raise UserError(self.env._("This source is switched off. A manager can switch it on again."))
        if source and self.env.user._is_sync_bot() and source.user_id != self.env.user:
            raise UserError(self.env._("This source belongs to another sender. Choose another name for yours."))
        if source and not self.env.user._is_sync_bot() and source.company_id not in self.env.user.company_ids:
            raise UserError(self.env._("This source belongs to another company. Choose another name for yours."))

    # -- exactly once ------------------------------------------------------------------------------------------

    def _answer_once(self, request, handle):
        """Run ``handle(source, run, request)`` unless this batch has its answer already.

        When the sender expects other statuses than it gets, everything is undone and the answer is not kept: nothing
        happened under this batch key.
        """
        try:
            with self.env.cr.savepoint() if 'expected' in request else nullcontext():
                return self._answer_batch(request, handle)
        except InboxMoved as moved:
            self.env.invalidate_all()
            return json.dumps(
                {
                    'protocol': PROTOCOL,
                    'run': request['run'],
                    'batch': request['batch'],
                    'records': [],
                    'moved': moved.external_ids,
                }
            )

    def _answer_batch(self, request, handle):
        source = self.env['scn.signup.source']._get_or_create(request['source'])
        self._check_source(source)
        batch, answer = self.env['scn.signup.batch']._claim(request['batch'], canonical_hash(request), source)
        if answer is not None:
            return answer
        run = self.env['scn.signup.run']._get_or_create(source, request['run'])
        rows = handle(source, run, request)
        if 'expected' in request:
            moved = [
                row['external_id']
                for row, expected in zip(rows, request['expected'], strict=True)
                if row['status'] != expected
            ]
            if moved:
                raise InboxMoved(moved)
        counts = {}
        for row in rows:
            counts[row['status']] = counts.get(row['status'], 0) + 1
        answer = json.dumps(
            {
                'protocol': PROTOCOL,
                'run': request['run'],
                'batch': request['batch'],
                'records': rows,
            }
        )
        batch._finish(run, answer, counts)
        return answer

    # -- receiving ---------------------------------------------------------------------------------------------

    def _receive(self, source, run, request):
        """Answer rows in the order sent. One savepoint for the batch; records alone only after it failed."""
        rows, valid = {}, []
        for position, record in enumerate(request['records']):
            try:
                valid.append((position, validate_record(record)))
            except RecordError as error:
                rows[position] = {'external_id': error.external_id, 'status': 'rejected', 'reason': error.reason}
        records = [record for __, record in valid]
        try:
            with self.env.cr.savepoint():
                answered = self._receive_records(source, run, records)
        except RECORD_ERRORS:
            answered = []
            for record in records:
                try:
                    with self.env.cr.savepoint():
                        answered += self._receive_records(source, run, [record])
                except RECORD_ERRORS:
                    answered.append(
                        {
                            'external_id': record['external_id'],
                            'status': 'rejected',
                            'reason': 'refused_by_server',
                        }
                    )
        for (position, __), row in zip(valid, answered, strict=True):
            rows[position] = row
        return [rows[position] for position in range(len(request['records']))]

    def _receive_records(self, source, run, records):
        """Store valid records; one insert for the new ones, then one match over all that changed."""
        erased = self._find_erased(source, records)
        self._insert_stubs(
            source,
            [record for record in records if erased.get(record['external_id']) != 'message'],
        )
        known = self._find_known(source, records)
        self._lock_rows(
            self.union(
                *(
                    known[record['external_id']]
                    for record in records
                    if known.get(record['external_id'], self).payload_hash not in (False, canonical_hash(record))
                )
            )
        )
        answered, changed = [], self.browse()
        for record in records:
            signup = known.get(record['external_id'], self.browse())
            status, reason = self._get_status(signup, record, erased)
            if erased.get(record['external_id']) == 'address' and not signup.payload_hash:
                signup._withhold(record, run)
            elif status in WRITTEN:
                signup.write({**signup._prepare_sync_values(record), 'run_id': signup.run_id.id or run.id})
                changed |= signup
            answered.append({'external_id': record['external_id'], 'status': status, 'reason': reason})
        changed._match()
        self.env.flush_all()
        return answered

    def _insert_stubs(self, source, records):
        """Claim the pair (source, external id) of records we do not have, before any field is written.

        The unique pair decides between two senders, not a search. Two at once: the loser gets a serialization
        failure and is repeated with a fresh snapshot. The statement holds fingerprints only, nothing personal.
        """
        if not records:
            return
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO scn_signup
                (source_id, company_id, external_id, state, create_uid, create_date, write_uid, write_date)
            SELECT %(source)s, %(company)s, external_id, 'new',
                   %(uid)s, now() at time zone 'utc', %(uid)s, now() at time zone 'utc'
              FROM unnest(%(external_ids)s) AS external_id
            ON CONFLICT DO NOTHING
            """,
                source=source.id,
                company=source.company_id.id,
                uid=self.env.uid,
                external_ids=[record['external_id'] for record in records],
            ),
            log_exceptions=False,
        )

    def _find_known(self, source, records):
        """
        :return: dict external id → sign-up of this source
        """
        external_ids = [
            record['external_id']
            for record in records
            if isinstance(record, dict) and isinstance(record.get('external_id'), str)
        ]
        found = self.search_fetch(
            [('source_id', '=', source.id), ('external_id', 'in', external_ids)],
            ['external_id', 'payload_hash', 'state', 'raw_purged_on'],
        )
        return {signup.external_id: signup for signup in found}

    def _get_status(self, signup, record, erased):
        """Status and reason the sync answers; depends on what was sent and on the sender's own inbox only.

        A decided, withdrawn or purged sign-up is never reopened by a sync. A message of the sender's own inbox that
        was erased is named as such. For an address that was erased the answer is that for a new message: who was
        erased is nobody's business (see ``_withhold``).

        :param dict erased: what ``_find_erased`` gave
        """
        if erased.get(record['external_id']) == 'message':
            return 'rejected', 'erased'
        if signup and signup.payload_hash:
            if signup.payload_hash == canonical_hash(record):
                return 'unchanged', None
            if signup.state in DECIDED_STATES or signup.raw_purged_on:
                return 'unchanged', 'decided'
        if self._get_review_codes(record):
            return 'review', ' '.join(self._get_review_codes(record))
        return ('updated' if signup and signup.payload_hash else 'created'), None

    def _get_review_codes(self, record):
        """Doubts: those the sender sent, and what hides in the text (look-alikes, invisible characters)."""
        codes = set(record['review_reasons'])
        visible = [record[name] or '' for name in ('name', 'email', 'city')]
        if any(has_mixed_scripts(text) for text in visible):
            codes.add('mixed_scripts')
        if any(has_hidden_characters(text) for text in visible):
            codes.add('hidden_characters')
        return sorted(codes)

    def _prepare_sync_values(self, record):
        """Values of a sign-up from a valid record. Integrators extend this one."""
        consent = record['consent'] or {}
        received_at = parse_datetime(record['received_at'])
        source = self.source_id
        return {
            'payload_hash': canonical_hash(record),
            'received_at': received_at,
            'language': record['language'],
            'unit': record['unit'],
            'contact_name': record['name'],
            'position': record['position'],
            'email': record['email'],
            'phone': record['phone'],
            'city': record['city'],
            'country_id': self._get_country_ids().get(record['country'], False),
            **{f'wants_{wish}': wish in record['wants'] for wish in self._get_wishes()},
            'consent_given_at': parse_datetime(consent.get('given_at')) or received_at,
            'consent_wording': consent.get('wording') or source.consent_wording,
            'consent_source': consent.get('source') or source.name,
            'subject': record['subject'],
            'raw_text': record['raw_text'],
            'raw_purge_on': self._get_raw_purge_date(received_at),
            'review_reasons': ' '.join(self._get_review_codes(record)) or False,
        }

    @api.model
    @ormcache()
    def _get_country_ids(self):
        return {country.code: country.id for country in self.env['res.country'].search_fetch([], ['code'])}

    def _prepare_match_answers(self, source, records):
        """For a manager's preview: city and contact each record would match, and the fields it would fill.

        :param source: the source, or an empty record for one that does not exist yet
        :param records: dict position → valid record
        :return: dict position → ``{"city", "contact", "reasons", "fills"}``
        """
        blank = self.new({'source_id': source.id})
        drafts = {
            self.new({**blank._prepare_sync_values(record), 'state': 'new'}): position
            for position, record in records.items()
        }
        answers = {}
        for draft, (city, contact, __, reasons) in self.union(*drafts)._find_matches().items():
            answers[drafts[draft]] = {
                'city': city.display_name or None,
                'contact': contact.name or None,
                'reasons': reasons,
                'fills': sorted([*draft._prepare_city_values(city), *draft._prepare_contact_values(contact)]),
            }
        return answers

    # -- withdrawing -------------------------------------------------------------------------------------------

    def _withdraw(self, source, run, request):
        external_ids = request['external_ids']
        known = self._find_known(source, [{'external_id': external_id} for external_id in external_ids])
        self._lock_rows(self.union(*known.values()))
        rows = []
        for external_id in external_ids:
            signup = known.get(external_id, self.browse())
            status, reason = signup._get_withdrawal_status(request.get('of_run'))
            if status == 'withdrawn':
                signup.write({**self._prepare_decision_values('withdrawn'), 'reject_note': request['reason']})
            rows.append({'external_id': external_id, 'status': status, 'reason': reason})
        return rows

    def _get_withdrawal_status(self, of_run):
        """Status and reason of taking a sign-up back.

        :param of_run: key of the run that must have brought it, or None
        """
        if not self:
            return 'unknown', None
        if of_run is not None and self.run_id.key != of_run:
            return 'refused', 'other_run'
        if self.state == 'withdrawn':
            return 'unchanged', None
        if self.state in DECIDED_STATES:
            return 'refused', self.state
        return 'withdrawn', None
