"""How a mail program offers “unsubscribe” beside the sender, as plain functions without Odoo."""


def stop_headers(base_url, token):
    """Headers for one click without a page (RFC 8058): the program posts to the address, a GET shows the page only.

    :param str base_url: of the server, without a slash at its end
    :param str token: signed token of whoever stops
    :return: dict of headers

    >>> stop_headers('https://network.example', 'abc')['List-Unsubscribe']
    '<https://network.example/sharing-cities/stop/abc>'
    """
    return {
        'List-Unsubscribe': f'<{base_url}/sharing-cities/stop/{token}>',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }
