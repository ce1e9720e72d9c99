from psycopg2 import DataError
from psycopg2.errors import CheckViolation, NotNullViolation

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache

from ..matching_keys import has_hidden_characters, has_mixed_scripts
from ..sync_payload import RecordError, parse_datetime, read_record
from .scn_signup import DECIDED_STATES

#: The statuses under which a sign-up is written.
WRITTEN = ('created', 'updated', 'review')

#: What one record may raise that says something about that record only.
RECORD_ERRORS = (UserError, DataError, CheckViolation, NotNullViolation)


class ScnSignup(models.Model):
    """What becomes of the records that the sync sends: status and reason, and what is stored."""

    _inherit = 'scn.signup'

    # -- status ------------------------------------------------------------------------------------------------

    def _read_records(self, records):
        """Check what was sent.

        :param list records: anything
        :return: ``(dict position → answer row of a refused record, dict position → SentRecord)``
        """
        refused, sent = {}, {}
        for position, record in enumerate(records):
            try:
                sent[position] = read_record(record)
            except RecordError as error:
                refused[position] = {'external_id': error.external_id, 'status': 'rejected', 'reason': error.reason}
        return refused, sent

    def _find_known(self, source, external_ids):
        """
        :return: dict external id → sign-up of this source
        """
        found = self.search_fetch(
            [('source_id', '=', source.id), ('external_id', 'in', list(external_ids))],
            ['external_id', 'payload_hash', 'state', 'raw_purged_on'],
        )
        return {signup.external_id: signup for signup in found}

    def _get_status(self, signup, sent, erased):
        """Status and reason the sync answers; depends on what was sent and on the sender's own inbox only.

        A decided, withdrawn or purged sign-up is never reopened by a sync. A message of the sender's own inbox that
        was erased is named as such. For an address that was erased the answer is that for a new message: who was
        erased is nobody's business (see ``_withhold``). Of a fingerprint that is not that of the inbox the whole
        record is wanted; nothing is written.

        :param signup: the stored sign-up of this message, or an empty record
        :param sent: ``SentRecord``
        :param dict erased: what ``_find_erased`` gave
        """
        if erased.get(sent.external_id) == 'message':
            return 'rejected', 'erased'
        if signup.payload_hash:
            if signup.payload_hash == sent.payload_hash:
                return 'unchanged', None
            if signup.state in DECIDED_STATES or signup.raw_purged_on:
                return 'unchanged', 'decided'
        if sent.content is None:
            return 'wanted', None
        codes = self._get_review_codes(sent.content)
        if codes:
            return 'review', ' '.join(codes)
        return ('updated' if signup.payload_hash else 'created'), None

    def _get_review_codes(self, record):
        """Doubts: those the sender sent, and what hides in the text (look-alikes, invisible characters)."""
        codes = set(record['review_reasons'])
        visible = [record[name] or '' for name in ('name', 'email', 'city')]
        if any(has_mixed_scripts(text) for text in visible):
            codes.add('mixed_scripts')
        if any(has_hidden_characters(text) for text in visible):
            codes.add('hidden_characters')
        return sorted(codes)

    def _prepare_preview_rows(self, source, records, with_match):
        """Answer rows of ``sync_preview``, in the order sent.

        :param source: the source, or an empty record for one that does not exist yet
        :param bool with_match: also say what each whole record would match
        """
        rows, sent = self._read_records(records)
        known = self._find_known(source, [record.external_id for record in sent.values()])
        erased = self._find_erased(source, sent.values())
        for position, record in sent.items():
            signup = known.get(record.external_id, self.browse())
            status, reason = self._get_status(signup, record, erased)
            rows[position] = {
                'external_id': record.external_id,
                'known': bool(signup),
                'status': status,
                'reason': reason,
            }
        if with_match:
            whole = {position: record.content for position, record in sent.items() if record.content is not None}
            for position, match in self._prepare_match_answers(source, whole).items():
                rows[position]['match'] = match
        return [rows[position] for position in range(len(records))]

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

    # -- storing -----------------------------------------------------------------------------------------------

    def _receive(self, source, run, request):
        """Answer rows in the order sent. One savepoint for the batch; records alone only after it failed."""
        rows, sent = self._read_records(request['records'])
        records = list(sent.values())
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
                            'external_id': record.external_id,
                            'status': 'rejected',
                            'reason': 'refused_by_server',
                        }
                    )
        rows.update(zip(sent, answered, strict=True))
        return [rows[position] for position in range(len(request['records']))]

    def _receive_records(self, source, run, records):
        """Store valid records; one insert for the new ones, then one match over all that changed.

        :param records: list of ``SentRecord``
        :return: answer rows in the same order
        """
        erased = self._find_erased(source, records)
        self._insert_stubs(
            source,
            [
                record.external_id
                for record in records
                if record.content is not None and erased.get(record.external_id) != 'message'
            ],
        )
        known = self._find_known(source, [record.external_id for record in records])
        self._lock_rows(
            self.browse(
                {
                    known[record.external_id].id
                    for record in records
                    if record.content is not None
                    and known.get(record.external_id, self).payload_hash not in (False, record.payload_hash)
                }
            )
        )
        answered, changed = [], set()
        for record in records:
            signup = known.get(record.external_id, self.browse())
            status, reason = self._get_status(signup, record, erased)
            if status in WRITTEN:
                if erased.get(record.external_id) == 'address' and not signup.payload_hash:
                    signup._withhold(record, run)
                else:
                    signup.write(
                        {
                            **signup._prepare_sync_values(record.content),
                            'payload_hash': record.payload_hash,
                            'run_id': signup.run_id.id or run.id,
                        }
                    )
                    changed.add(signup.id)
            answered.append({'external_id': record.external_id, 'status': status, 'reason': reason})
        self.browse(sorted(changed))._match()
        self.env.flush_all()
        return answered

    def _insert_stubs(self, source, external_ids):
        """Claim the pair (source, external id) of records we do not have, before any field is written.

        The unique pair decides between two senders, not a search. Two at once: the loser gets a serialization
        failure and is repeated with a fresh snapshot. The statement holds fingerprints only, nothing personal.
        """
        if not external_ids:
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
                external_ids=external_ids,
            ),
            log_exceptions=False,
        )

    def _prepare_sync_values(self, record):
        """Values of a sign-up from a valid record. Integrators extend this one."""
        consent = record['consent'] or {}
        received_at = parse_datetime(record['received_at'])
        source = self.source_id
        return {
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
