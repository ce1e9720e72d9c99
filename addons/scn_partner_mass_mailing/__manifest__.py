{
    'name': 'Sharing Cities: Partners, mailing lists',
    'summary': 'Mailing lists of news and the magazine that follow tier, consent and opt-out by themselves',
    'version': '19.0.1.0.0',
    'category': 'Sales/CRM',
    'author': 'Sharing Cities suite contributors',
    'license': 'LGPL-3',
    'depends': ['scn_partner', 'mass_mailing'],
    'data': [
        'data/mailing_list_data.xml',
        'data/ir_cron_data.xml',
        'views/mailing_list_views.xml',
    ],
    'auto_install': True,
}
