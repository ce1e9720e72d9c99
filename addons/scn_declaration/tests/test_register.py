import csv
import io
import json
from datetime import date
from unittest.mock import patch
from xml.etree import ElementTree

from odoo.tests import tagged
from odoo.tools import SQL

from ..csv_table import BYTE_ORDER_MARK
from ..models.scn_declaration_public_register import PAGE_SIZE, REGISTER_FIELDS, RegisterQuestion
from .public_common import PublicCase

#: The part of a page that is ours.
WRAP = 'o_scn_register"'


@tagged('post_install', '-at_install')
class TestRegister(PublicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.riverton.write({'partner_latitude': 51.5, 'partner_longitude': -0.1})

    def setUp(self):
        super().setUp()
        self.cities = {
            name: self.new_city(name)
            for name in ('Signton', 'Provisby', 'Gonewick', 'Askford', 'Namedham', 'Nohope', 'Dreamley')
        }
        self.signatures = {
            name: self.bring_to(category, self.cities[name]).sudo()
            for name, category in (
                ('Signton', 'signed'),
                ('Provisby', 'provisional'),
                ('Gonewick', 'withdrawn'),
                ('Askford', 'validation'),
                ('Namedham', 'validation'),
                ('Nohope', 'declined'),
                ('Dreamley', 'review'),
            )
        }
        self.signatures['Namedham'].with_user(self.officer).publish_validation = True
        self.env.flush_all()

    def data(self, **query):
        answer = self.url_open('/declaration/register.json', params=query)
        self.assertEqual(answer.status_code, 200)
        return json.loads(answer.text)

    def names(self, **query):
        return [city['city'] for city in self.data(**query)['cities']]

    def page(self, **query):
        answer = self.url_open('/declaration', params=query)
        self.assertEqual(answer.status_code, 200)
        return answer.text.split(WRAP)[1].split('</main>')[0]

    # -- who is in it --------------------------------------------------------------------------------------------

    def test_who_stands_in_it(self):
        found = {city['city']: city['status'] for city in self.data()['cities']}
        self.assertEqual(
            found,
            {'Signton': 'joined', 'Provisby': 'provisional', 'Gonewick': 'withdrawn', 'Namedham': 'validation'},
        )
        self.assertEqual(
            self.data()['counts'],
            {'joined': 2, 'of_these_provisionally': 1, 'in_validation': 2, 'withdrawn': 1},
        )
        page = self.page()
        for name in found:
            self.assertIn(name, page)
        for name in ('Askford', 'Nohope', 'Dreamley'):
            self.assertNotIn(name, page)

    def test_declined_never_appears_on_any_day(self):
        for day in ('2018-09-06', '2018-10-19', '2018-10-20', '2019-01-01', ''):
            for address in ('', '/register.csv', '/register.json', '/map.svg'):
                answer = self.url_open(f'/declaration{address}', params={'on': day, 'search': ''})
                self.assertNotIn('Nohope', answer.text)

    def test_as_of_any_day(self):
        self.assertEqual(self.names(on='2018-09-30'), ['Namedham'])
        self.assertEqual(self.data(on='2018-10-02')['counts']['joined'], 3)
        gone = {city['city']: city for city in self.data(on='2018-11-30')['cities']}['Gonewick']
        self.assertEqual((gone['status'], gone['withdrawn_on']), ('joined', None))
        gone = {city['city']: city for city in self.data(on='2018-12-01')['cities']}['Gonewick']
        self.assertEqual(
            (gone['status'], gone['joined_on'], gone['withdrawn_on']), ('withdrawn', '2018-10-02', '2018-12-01')
        )
        self.assertEqual(self.data(on='2018-08-01')['cities'], [])

    def test_a_city_that_came_back_stands_there_once(self):
        again = self.open(self.cities['Gonewick'], on='2019-01-10').sudo()
        again._review(on=date(2019, 1, 10))
        again._start_validation(on=date(2019, 1, 11))
        again._sign('Ana', 'Mayor', evidence={'kind': 'minutes'}, on=date(2019, 2, 1))
        self.env.flush_all()
        rows = [city for city in self.data()['cities'] if city['city'] == 'Gonewick']
        self.assertEqual([(row['status'], row['joined_on']) for row in rows], [('joined', '2019-02-01')])
        (between,) = self.data(on='2019-01-20', search='Gonewick')['cities']
        self.assertEqual(
            (between['status'], between['joined_on'], between['withdrawn_on']),
            ('withdrawn', '2018-10-02', '2018-12-01'),
        )
        self.assertEqual(self.data(on='2019-01-20')['counts']['withdrawn'], 1)
        self.assertEqual(self.data()['counts']['withdrawn'], 0)
        # It leaves once more: one line, with the dates of the last time.
        again._withdraw(self.reasons['withdraw'], on=date(2019, 6, 1))
        self.env.flush_all()
        (left,) = self.data(search='Gonewick')['cities']
        self.assertEqual(
            (left['status'], left['joined_on'], left['withdrawn_on']), ('withdrawn', '2019-02-01', '2019-06-01')
        )
        self.assertEqual(self.data()['counts']['withdrawn'], 1)
        (joined,) = self.data(on='2019-05-31', search='Gonewick')['cities']
        self.assertEqual(
            (joined['status'], joined['joined_on'], joined['withdrawn_on']), ('joined', '2019-02-01', None)
        )
        self.assertEqual(self.page(search='Gonewick').count('Gonewick</bdi>'), 1)

    def test_a_city_that_comes_back_stands_there_once_while_it_is_named_in_validation(self):
        again = self.open(self.cities['Gonewick'], on='2019-01-10').sudo()
        again._review(on=date(2019, 1, 10))
        again._start_validation(on=date(2019, 1, 11))
        self.env.flush_all()
        counts = self.data()['counts']
        # Not named: it is counted in validation, and its line says what was public before.
        (row,) = self.data(search='Gonewick')['cities']
        self.assertEqual((row['status'], counts['withdrawn'], counts['in_validation']), ('withdrawn', 1, 3))
        again.with_user(self.officer).publish_validation = True
        self.env.flush_all()
        (row,) = self.data(search='Gonewick')['cities']
        self.assertEqual((row['status'], row['withdrawn_on']), ('validation', None))
        self.assertEqual(self.data()['counts']['in_validation'], 3)

    def test_merged_cities_stand_there_once_on_every_day(self):
        twin = self.new_city('Signton twin')
        other = self.bring_to('withdrawn', twin).sudo()
        other._write_facts({'partner_id': self.cities['Signton'].id})
        self.env.flush_all()
        for day in ('2018-10-02', '2018-11-30', '2018-12-01', ''):
            (row,) = self.data(on=day, search='Signton')['cities']
            self.assertEqual((row['status'], row['joined_on']), ('joined', '2018-10-02'))

    def test_a_later_decision_is_not_known_before(self):
        self.signatures['Provisby']._ratify(on=date(2018, 11, 20), evidence={'kind': 'minutes'})
        self.env.flush_all()
        (before,) = self.data(on='2018-11-19', search='Provisby')['cities']
        (after,) = self.data(on='2018-11-20', search='Provisby')['cities']
        self.assertEqual((before['status'], before['ratified_on']), ('provisional', None))
        self.assertEqual((after['status'], after['ratified_on']), ('joined', '2018-11-20'))
        self.assertEqual(after['joined_on'], before['joined_on'])

    def test_a_late_entry_shows_when_it_was_recorded(self):
        (city,) = self.data(search='Signton')['cities']
        self.assertTrue(city['recorded_late'])
        self.assertEqual(city['recorded_on'], str(self.signatures['Signton'].status_ids[-1].recorded_at.date()))
        self.assertIn('Entered in the register on', self.page(search='Signton'))
        fresh = self.bring_to('validation', self.new_city('Freshton')).sudo()
        fresh._sign('Ana', 'Mayor', evidence={'kind': 'minutes'})
        self.env.flush_all()
        (city,) = self.data(search='Freshton')['cities']
        self.assertFalse(city['recorded_late'])
        self.assertNotIn('Entered in the register on', self.page(search='Freshton'))

    def test_persons_with_their_consent_only(self):
        for address in ('', '/register.csv', '/register.json'):
            self.assertNotIn('Ana Example', self.url_open(f'/declaration{address}').text)
        self.signatures['Signton'].with_user(self.officer).publish_name = True
        self.env.flush_all()
        for address in ('', '/register.csv', '/register.json'):
            self.assertEqual(self.url_open(f'/declaration{address}').text.count('Ana Example'), 1)
        self.signatures['Signton']._withdraw(self.reasons['withdraw'])
        self.env.flush_all()
        self.assertNotIn('Ana Example', self.url_open('/declaration/register.json').text)

    def test_no_filter_tells_where_a_city_in_validation_is(self):
        self.cities['Askford'].country_id = self.env.ref('base.ad')
        self.env.flush_all()
        page = self.page()
        self.assertNotIn('Andorra', page)
        self.assertEqual(self.names(country='AD'), [])
        self.assertEqual(self.data(country='AD')['counts'], self.data()['counts'])
        register = self.env['scn.declaration.register']
        counts = register._get_counts(self.declaration, RegisterQuestion(day=date(2018, 12, 24), country='AD'))
        self.assertEqual((counts['validation'], counts['found']), (2, 0))

    # -- asking --------------------------------------------------------------------------------------------------

    def test_filters(self):
        self.cities['Signton'].country_id = self.env.ref('base.kr')
        self.cities['Provisby'].country_id = False
        self.env['scn.city.alias'].create(
            {'organisation_id': self.cities['Signton'].id, 'kind': 'name', 'name': 'Séllo'}
        )
        self.env.flush_all()
        self.assertEqual(self.names(country='kr'), ['Signton'])
        self.assertEqual(self.names(region='asia'), ['Signton'])
        self.assertEqual(self.names(region='europe'), ['Gonewick', 'Namedham'])
        self.assertEqual(self.names(status='provisional'), ['Provisby'])
        self.assertEqual(self.names(status='withdrawn'), ['Gonewick'])
        self.assertEqual(self.names(search='sIGN'), ['Signton'])
        self.assertEqual(self.names(search='séllo'), ['Signton'])
        self.assertEqual(self.names(search='%'), [])
        self.assertEqual(self.names(search='_'), [])
        self.assertEqual(self.names(status='declined'), self.names())

    def test_what_cannot_be_read_is_left_out(self):
        for query in (
            {'on': '31.12.2018'},
            {'on': '2018-13-45'},
            {'on': '0000-00-00\x00'},
            {'on': '9999-12-31'},
            {'page': '0'},
            {'page': '-1'},
            {'page': '99999999999999999999'},
            {'page': '٣'},
            {'search': 'x' * 5000},
            {'search': "\x00'\"\\"},
            {'country': "'"},
            {'status': 'signed'},
            {'text_lang': 'xx'},
            {'declaration': 'test', 'nonsense': '1'},
        ):
            answer = self.url_open('/declaration', params=query)
            self.assertEqual(answer.status_code, 200, query)
            if 'on' in query:
                self.assertIn('could not use that day', answer.text)
        self.assertEqual(self.url_open('/declaration/register.json?declaration=none').status_code, 404)

    def test_pages(self):
        cities = self.env['res.partner'].create(
            [{'name': f'Many {number:03}', 'is_city': True} for number in range(PAGE_SIZE + 3)]
        )
        for city in cities:
            self.bring_to('signed', city)
        self.env.flush_all()
        first, second = self.page(search='Many'), self.page(search='Many', page='2')
        self.assertEqual((first.count('Many 0'), second.count('Many 0')), (PAGE_SIZE, 3))
        self.assertIn('Page 2 of 2', self.page(search='Many', page='77'))
        self.assertIn('search=Many', first.split('rel="next"')[1].split('>')[0])

    def test_the_text_in_force_on_the_day(self):
        self.new_version('2020', '2020-01-01', words="We share more.").action_publish()
        self.env.flush_all()
        self.assertIn('We share data.', self.page(on='2019-12-31'))
        self.assertIn('We share more.', self.page(on='2020-01-01'))
        self.assertIn('Declaration es_ES', self.page(text_lang='es_ES'))

    def test_public_notes_and_only_those(self):
        article = self.version.article_ids[:1]
        for note, visibility in (('For all', 'public'), ('For us', 'internal')):
            self.env['scn.declaration.reservation'].create(
                {
                    'signature_id': self.signatures['Signton'].id,
                    'article_id': article.id,
                    'note': note,
                    'visibility': visibility,
                }
            )
        self.env.flush_all()
        self.assertEqual(self.data(search='Signton')['cities'][0]['public_notes'], [{'article': 1, 'note': 'For all'}])
        self.assertIn('For all', self.page())
        for address in ('', '/register.csv', '/register.json'):
            self.assertNotIn('For us', self.url_open(f'/declaration{address}').text)

    # -- forms of it ---------------------------------------------------------------------------------------------

    def test_the_fields_are_fixed(self):
        for city in self.data()['cities']:
            self.assertEqual(tuple(city), REGISTER_FIELDS)
        text = self.url_open('/declaration/register.csv').content.decode()
        self.assertTrue(text.startswith(BYTE_ORDER_MARK))
        rows = list(csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))
        self.assertEqual(tuple(rows[0]), REGISTER_FIELDS)
        self.assertEqual([row['city'] for row in rows], self.names())

    def test_the_map(self):
        answer = self.url_open('/declaration/map.svg')
        self.assertEqual(answer.headers['Content-Type'], 'image/svg+xml; charset=utf-8')
        self.assertEqual(ElementTree.fromstring(answer.text).findall('.//{*}circle'), [])
        self.cities['Signton'].write({'partner_latitude': 41.4, 'partner_longitude': 2.2})
        self.cities['Gonewick'].write({'partner_latitude': 52.4, 'partner_longitude': 4.9})
        self.cities['Askford'].write({'partner_latitude': -33.9, 'partner_longitude': 18.4})
        self.env.flush_all()
        titles = ElementTree.fromstring(self.url_open('/declaration/map.svg').text).findall('.//{*}title')
        self.assertEqual([''.join(title.itertext()).strip() for title in titles], ['Signton'])
        outlines = self.url_open('/scn_declaration/static/src/img/world.svg')
        self.assertIn('Natural Earth', outlines.text)

    def test_nothing_comes_from_elsewhere(self):
        page = self.page()
        for mark in ('src="http', 'href="http', 'data="http', '@import', '<script'):
            self.assertNotIn(mark, page)
        for address in ('/declaration', '/declaration/act', '/declaration/check'):
            self.assertNotIn('preconnect', self.url_open(address).text)
        self.assertIn('preconnect', self.url_open('/').text)

    def test_what_has_not_changed_is_not_sent_again(self):
        for address in (
            '/declaration',
            '/declaration/register.json',
            '/declaration/register.csv',
            '/declaration/map.svg',
        ):
            first = self.url_open(address)
            self.assertTrue(first.headers['ETag'])
            known = {'If-None-Match': first.headers['ETag']}
            again = self.url_open(address, headers=known)
            self.assertEqual((again.status_code, again.content), (304, b''), address)
            if address != '/declaration':
                self.assertIn('GMT', first.headers['Last-Modified'])
                since = self.url_open(address, headers={'If-Modified-Since': first.headers['Last-Modified']})
                self.assertEqual(since.status_code, 304, address)
            self.cities['Signton'].name += 'x'
            self.cities['Signton'].write({'partner_latitude': 41.4 + len(address), 'partner_longitude': 2.2})
            self.env.flush_all()
            self.assertEqual(self.url_open(address, headers=known).status_code, 200, address)

    def test_who_knows_only_the_day_of_an_answer_learns_what_left_it(self):
        """Without an ETag: a city that is no longer shown, or no longer anything, has changed the answer too."""

        def since():
            headers = {'If-Modified-Since': 'Wed, 01 Jan 2020 00:00:01 GMT'}
            return self.url_open('/declaration/register.json?on=2019-01-01', headers=headers).status_code

        def grow_old():
            self.env.flush_all()
            for table in ('signature', 'status', 'version', 'reservation'):
                self.env.cr.execute(f"UPDATE scn_declaration_{table} SET write_date = '2020-01-01'")
            self.env.cr.execute("UPDATE res_partner SET write_date = '2020-01-01'")
            self.env.cr.execute("UPDATE res_country SET write_date = '2020-01-01'")
            self.env.invalidate_all()

        grow_old()
        self.assertEqual(since(), 304)
        self.signatures['Namedham']._decline(self.reasons['decline'], on=date(2018, 12, 24))
        self.env.flush_all()
        self.assertEqual(since(), 200)
        grow_old()
        self.signatures['Signton']._close_as_double(self.signatures['Provisby'])
        self.env.flush_all()
        self.assertEqual(since(), 200)
        grow_old()
        self.assertEqual(since(), 304)
        # Today's answer names today, and is another one since midnight; another name of a city may be gone unseen.
        answer = self.url_open(
            '/declaration/register.json', headers={'If-Modified-Since': 'Wed, 01 Jan 2020 00:00:01 GMT'}
        )
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn('Last-Modified', self.url_open('/declaration/register.json?search=x').headers)

    def test_open_data_sets_no_cookie_and_may_be_kept(self):
        self.opener.cookies.clear()
        for address in ('register.json', 'register.csv', 'map.svg'):
            answer = self.url_open(f'/declaration/{address}')
            self.assertNotIn('Set-Cookie', answer.headers)
            self.assertEqual(answer.headers['Cache-Control'], 'public, max-age=300')

    # -- cost ----------------------------------------------------------------------------------------------------

    def count_queries(self, address):
        self.url_open(address)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(address).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_the_number_of_queries_does_not_grow(self):
        addresses = ('/declaration', '/declaration/register.json', '/declaration/register.csv', '/declaration/map.svg')
        self.add_joined(10 - 4)
        few = {address: self.count_queries(address) for address in addresses}
        self.add_joined(990)
        many = {address: self.count_queries(address) for address in addresses}
        self.assertEqual(many, few)
        self.assertGreaterEqual(self.data()['counts']['joined'], 990)

    def test_the_first_page_reads_its_page_only(self):
        """Of four thousand cities the list and the countries look at a page of them; a search looks at all (control)."""
        self.add_joined(4000)
        self.env.cr.execute("ANALYZE res_partner, scn_declaration_signature, scn_declaration_status")
        register = self.env['scn.declaration.register']
        question = RegisterQuestion(day=date(2018, 12, 24))
        everybody = RegisterQuestion(day=question.day, search='Bulk')
        reads = self.rows_read(lambda: register._get_cities(self.declaration, question, 'en_US', 0, PAGE_SIZE))
        self.assertLess(reads, 6 * PAGE_SIZE)
        self.assertLess(self.rows_read(lambda: register._get_countries(self.declaration, question.day, 'en_US')), 100)
        self.assertGreaterEqual(self.rows_read(lambda: register._get_counts(self.declaration, everybody)), 4000)
        self.assertEqual(register._get_counts(self.declaration, everybody)['found'], 4000)
        self.assertEqual(register._get_counts(self.declaration, question)['found'], 4004)

    def rows_read(self, ask):
        """How many rows of signatures the database reads to answer, by its own count."""
        register = type(self.env['scn.declaration.register'])
        fetch, total = register._fetch, 0

        def count(record, query):
            nonlocal total
            record.env.flush_all()
            ((plan,),) = record.env.execute_query(SQL("EXPLAIN (ANALYZE, FORMAT JSON) %s", query))
            nodes = [plan[0]['Plan']]
            while nodes:
                node = nodes.pop()
                nodes += node.get('Plans', [])
                if node.get('Relation Name') == 'scn_declaration_signature':
                    total += (node['Actual Rows'] + node.get('Rows Removed by Filter', 0)) * node['Actual Loops']
            return fetch(record, query)

        with patch.object(register, '_fetch', count):
            ask()
        return total

    def add_joined(self, count):
        """Cities that joined, in SQL: a thousand by their moves would take the day."""
        template = self.signatures['Signton']
        status = template.status_ids.filtered(lambda row: row.category == 'signed')
        cities = self.env['res.partner'].create(
            [
                {
                    'name': f'Bulk {number}',
                    'is_city': True,
                    'country_id': self.uk.id,
                    'partner_latitude': -50 + number * 13 % 120,
                    'partner_longitude': -170 + number * 7 % 340,
                }
                for number in range(count)
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            """
            WITH made AS (
                INSERT INTO scn_declaration_signature
                    (name, partner_id, declaration_id, version_id, stage_id, category, company_id, joined_on, opened_on,
                     publish_name, signatory_name, country_id)
                SELECT 'BULK/' || city.id, city.id, sample.declaration_id, sample.version_id, sample.stage_id,
                       sample.category, sample.company_id, sample.joined_on, sample.opened_on, TRUE, 'Somebody',
                       sample.country_id
                  FROM unnest(%s) AS city (id), scn_declaration_signature sample
                 WHERE sample.id = %s
             RETURNING id, declaration_id, version_id, company_id
            )
            INSERT INTO scn_declaration_status
                (signature_id, declaration_id, version_id, company_id, category, valid_from, recorded_at)
            SELECT id, declaration_id, version_id, company_id, 'signed', %s, %s FROM made
            """,
            (cities.ids, template.id, status.valid_from, status.recorded_at),
        )
        self.env.invalidate_all()
