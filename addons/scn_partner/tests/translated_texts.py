"""What holds for the translations of every addon: used by this addon's tests and those of addons above it."""

import re

import polib

from odoo.tools import file_path
from odoo.tools.translate import code_translations

#: Languages of Odoo and their files in ``i18n``.
FILES = {'nl_NL': 'nl', 'es_ES': 'es', 'ca_ES': 'ca', 'fr_FR': 'fr', 'de_DE': 'de', 'pt_PT': 'pt'}
PLACE = re.compile(r'model(?:_terms)?:(?P<model>[\w.]+),(?P<field>\w+):(?P<xml_id>.+)')
#: What a text may not lose: field names in expressions, places to be filled in, and marks of the page.
KEPT = re.compile(r'\bobject\.[\w.]+|%\(\w+\)s|\bt-[\w-]+=|href|<\w+')


class TranslatedTexts:
    """Tests of one addon's translations, for a ``TransactionCase`` that names the addon.

    * ``addon``: its technical name
    * ``read_by_cities``: a compiled expression of the places (``#:`` in a ``.po`` file) whose terms a sender, a city
      or the public reads
    * ``kinds``: the pairs of a model and a field that these places have to name; ``('code', 'py')`` for sentences in
      the code
    * ``staff_templates``: xml ids of pages that only colleagues read
    """

    addon = None
    read_by_cities = None
    kinds = ()
    #: Pages and documents that colleagues read only, by xml id.
    staff_templates = frozenset()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.texts = {source: entry for source, entry in cls.terms(f'{cls.addon}.pot').items() if cls.places(entry)}
        for code in FILES:
            cls.env['res.lang']._activate_lang(code)
        module = cls.env['ir.module.module'].search([('name', '=', cls.addon)])
        module._update_translations(list(FILES), overwrite=True)

    @classmethod
    def terms(cls, name):
        """The terms of a file in ``i18n`` by their English text, without obsolete ones."""
        catalogue = polib.pofile(file_path(f'{cls.addon}/i18n/{name}'))
        return {entry.msgid: entry for entry in catalogue if not entry.obsolete}

    @classmethod
    def places(cls, entry):
        """Where a term is read, as ``(model, field, xml id)``; ``('code', 'py', path)`` in the code."""
        found = []
        for place, _line in entry.occurrences:
            if cls.read_by_cities.fullmatch(place):
                match = PLACE.fullmatch(place)
                found.append(match.group('model', 'field', 'xml_id') if match else ('code', 'py', place))
        return found

    def test_every_kind_of_text_a_city_reads_is_looked_at(self):
        kinds = {(model, field) for entry in self.texts.values() for model, field, _xml_id in self.places(entry)}
        self.assertEqual(kinds, set(self.kinds))

    def test_every_page_is_looked_at(self):
        """A page or document that is added later is read by cities until it is named as one of colleagues."""
        for entry in self.terms(f'{self.addon}.pot').values():
            for place, _line in entry.occurrences:
                match = PLACE.fullmatch(place)
                if not match or match['field'] != 'arch_db' or match['xml_id'] in self.staff_templates:
                    continue
                view = self.env.ref(match['xml_id'], raise_if_not_found=False)
                if view and view.type == 'qweb':
                    with self.subTest(place=place):
                        self.assertTrue(self.read_by_cities.fullmatch(place))

    def test_every_text_a_city_reads_is_translated(self):
        for filename in FILES.values():
            translated = self.terms(f'{filename}.po')
            for source in self.texts:
                with self.subTest(language=filename, source=source):
                    self.assertTrue(source in translated and translated[source].msgstr, "not translated")

    def test_a_translation_keeps_expressions_places_and_white_space(self):
        for filename in FILES.values():
            for source, entry in self.terms(f'{filename}.po').items():
                with self.subTest(language=filename, source=source):
                    self.assertEqual(sorted(set(KEPT.findall(entry.msgstr))), sorted(set(KEPT.findall(source))))
                    self.assertEqual(entry.msgstr[-1].isspace(), source[-1].isspace())
                    self.assertFalse(entry.fuzzy)

    def test_odoo_shows_the_translations(self):
        for code, filename in FILES.items():
            translated = self.terms(f'{filename}.po')
            spoken = code_translations.get_python_translations(self.addon, code)
            for source, entry in self.texts.items():
                wanted = translated[source].msgstr
                for model, field, xml_id in self.places(entry):
                    with self.subTest(language=code, source=source, xml_id=xml_id):
                        if model == 'code':
                            self.assertEqual(spoken.get(source), wanted)
                            continue
                        record = self.env.ref(xml_id).with_context(lang=code)
                        self.assertEqual(record._name, model)
                        shown = str(record[field]).replace('&nbsp;', '\xa0')
                        self.assertRegex(shown, self.as_shown(wanted.strip()))

    @staticmethod
    def as_shown(text):
        """An expression that finds a translation in a page; the page holds its values where the term has {{0}}."""
        return re.sub(r'\\{\\{\d+\\}\\}', lambda place: r'\{\{.*?\}\}', re.escape(text))
