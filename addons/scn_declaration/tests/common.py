"""A declaration with one published text, cities, and the steps that tests take."""

from odoo import fields

from odoo.addons.scn_partner.tests.common import SharingCitiesCase

LANGUAGES = ('en_US', 'es_ES')
MINUTES = {'kind': 'minutes', 'source': 'Minutes of the council', 'lang': 'en_US', 'date': '2018-10-01'}


class DeclarationCase(SharingCitiesCase):
    """One declaration with a text of two articles in two languages, and the personas of the network."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.declaration = cls.env['scn.declaration'].create({'name': 'Test declaration', 'code': 'test'})
        cls.version = cls.new_version('2018', '2018-09-01')
        cls.version.action_publish()
        cls.reasons = {
            kind: cls.env['scn.declaration.reason'].search([('kind', '=', kind)], limit=1)
            for kind in ('decline', 'withdraw', 'annul')
        }

    @classmethod
    def new_version(cls, name, published_on=None, words="We share data."):
        """A draft text."""
        return cls.env['scn.declaration.version'].create(
            {
                'declaration_id': cls.declaration.id,
                'name': name,
                'published_on': published_on,
                'text_ids': [
                    fields.Command.create({'lang': lang, 'title': f'Declaration {lang}', 'introduction': 'Hello'})
                    for lang in LANGUAGES
                ],
                'article_ids': [
                    fields.Command.create(
                        {
                            'number': number,
                            'text_ids': [
                                fields.Command.create({'lang': lang, 'title': f'Article {number}', 'body': words})
                                for lang in LANGUAGES
                            ],
                        }
                    )
                    for number in (1, 2)
                ],
            }
        )

    @classmethod
    def new_city(cls, name):
        return cls.env['res.partner'].create({'name': name, 'is_city': True, 'country_id': cls.uk.id})

    def open(self, city=None, on='2018-09-05', **values):
        """A signature in interest."""
        return (
            self.env['scn.declaration.signature']
            .with_user(self.officer)
            .create(
                {
                    'partner_id': (city or self.riverton).id,
                    'declaration_id': self.declaration.id,
                    'opened_on': on,
                    **values,
                }
            )
        )

    def bring_to(self, category, city=None, **values):
        """A signature that has come to a category by its moves.

        :return: the signature, as the officer sees it
        """
        signature = self.open(city, **values)
        day = fields.Date.to_date
        if category == 'interest':
            return signature
        if category == 'declined':
            signature._decline(self.reasons['decline'], on=day('2018-10-20'))
            return signature
        signature._review(on=day('2018-09-10'))
        if category == 'review':
            return signature
        signature._start_validation(on=day('2018-09-20'))
        if category == 'validation':
            return signature
        if category == 'provisional':
            signature._join_provisionally('Ana Example', 'Mayor', evidence=dict(MINUTES), on=day('2018-10-02'))
            return signature
        signature._sign('Ana Example', 'Mayor', evidence=dict(MINUTES), on=day('2018-10-02'))
        if category == 'withdrawn':
            signature._withdraw(self.reasons['withdraw'], on=day('2018-12-01'))
        if category == 'annulled':
            signature._annul(self.reasons['annul'])
        return signature

    def moves_of(self, signature):
        return signature.log_ids.sorted('number').mapped('move')

    def history(self, signature):
        """``[(category, from, to)]`` as texts."""
        return [
            (row.category, str(row.valid_from), str(row.valid_to or ''))
            for row in signature.status_ids.sorted('valid_from')
        ]

    def on_day(self, day, category=None):
        """Statuses of the declaration on a day, read as the register reads them.

        :param str day: such as 2018-11-16
        """
        rows = self.env['scn.declaration.status'].search(
            [
                ('declaration_id', '=', self.declaration.id),
                ('valid_from', '<=', day),
                '|',
                ('valid_to', '=', False),
                ('valid_to', '>', day),
            ]
        )
        return rows.filtered(lambda row: not category or row.category == category)
