"""Countries by world region (United Nations M49, continental regions), as plain data without Odoo.

Kosovo (XK) and Taiwan (TW) are not in M49 under these codes; they stand with their neighbours.
"""

_COUNTRIES = {
    'africa': (
        'AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO KE KM LR LS LY MA MG ML MR MU MW MZ '
        'NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TF TG TN TZ UG YT ZA ZM ZW'
    ),
    'americas': (
        'AG AI AR AW BB BL BM BO BQ BR BS BV BZ CA CL CO CR CU CW DM DO EC FK GD GF GL GP GS GT GY HN HT JM KN KY LC '
        'MF MQ MS MX NI PA PE PM PR PY SR SV SX TC TT US UY VC VE VG VI'
    ),
    'asia': (
        'AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH '
        'PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE'
    ),
    'europe': (
        'AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK '
        'MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK'
    ),
    'oceania': 'AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS',
}
REGIONS = tuple(_COUNTRIES)
#: As a selection of a field; Odoo translates the names.
REGION_LABELS = [
    ('africa', 'Africa'),
    ('americas', 'Americas'),
    ('asia', 'Asia'),
    ('europe', 'Europe'),
    ('oceania', 'Oceania'),
]
_REGION_OF = {code: region for region, codes in _COUNTRIES.items() for code in codes.split()}


def countries_of(region):
    """ISO codes of a region's countries; none for a region that does not exist.

    >>> 'ES' in countries_of('europe'), countries_of('atlantis')
    (True, [])
    """
    return _COUNTRIES.get(region, '').split()


def region_of(code):
    """Region of a country's ISO code, or False: Antarctica and places that are nobody's have none.

    >>> region_of('ES'), region_of('AQ'), region_of(False)
    ('europe', False, False)
    """
    return _REGION_OF.get(code, False)
