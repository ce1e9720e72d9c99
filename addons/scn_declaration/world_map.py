"""Where a place is on the world map of the register, as plain functions without Odoo.

The outlines in ``static/src/img/world.svg`` were drawn with ``project`` from Natural Earth's 1:110m land (public
domain), so a point computed here falls on its coast there.
"""

import math
from collections import defaultdict

WIDTH, HEIGHT = 1000, 437
#: Antarctica is cut off: nobody signs there.
SOUTH, NORTH = -58.0, 84.0
#: Side of the square, in units of the map, whose cities share one point.
CELL = 8
#: A map with more points than this gathers in larger squares: a full register stays as light as a small one.
MOST_POINTS = 600
#: Names listed at a point before “and N more”.
NAMES_AT_A_POINT = 4

#: Polynomial of the Equal Earth projection (Šavrič, Patterson and Jenny, 2018): areas keep their proportion.
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = math.sqrt(3) / 2


def _equal_earth(latitude, longitude):
    theta = math.asin(_M * math.sin(math.radians(latitude)))
    square = theta * theta
    sixth = square**3
    slope = _A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)
    x = math.radians(longitude) * math.cos(theta) / (_M * slope)
    y = theta * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
    return x, y


_RIGHT = _equal_earth(0, 180)[0]
_TOP, _BOTTOM = _equal_earth(NORTH, 0)[1], _equal_earth(SOUTH, 0)[1]


def project(latitude, longitude):
    """Place in units of the map, from the top left corner.

    >>> project(0, 0)[0], project(0, 180)[0]
    (500.0, 1000.0)
    >>> project(41.39, 2.17)[1] < project(-33.9, 18.4)[1]
    True
    """
    x, y = _equal_earth(max(SOUTH, min(NORTH, latitude)), max(-180.0, min(180.0, longitude)))
    return (
        round((x / _RIGHT + 1) * WIDTH / 2, 1),
        round((_TOP - y) / (_TOP - _BOTTOM) * HEIGHT, 1),
    )


def _cells(placed, side):
    cells = defaultdict(list)
    for place in placed:
        cells[int(place[0] // side), int(place[1] // side)].append(place)
    return cells


def gather(places):
    """Points of the map: neighbours share one, so that a full register stays readable and light.

    :param places: iterable of ``(latitude, longitude, name, is_final)``
    :return: list of ``(x, y, names, count, final)``, at most ``NAMES_AT_A_POINT`` names each; ``final`` counts those
        that joined without waiting for a council

    >>> gather([(41.39, 2.17, 'Barcelona', True), (41.4, 2.2, 'Badalona', False), (52.4, 4.9, 'Amsterdam', True)])
    [(505.3, 93.7, ['Barcelona', 'Badalona'], 2, 1), (511.0, 60.5, ['Amsterdam'], 1, 1)]
    >>> many = gather((-50 + n % 120, -170 + n * 7 % 340, 'x', True) for n in range(10000))
    >>> len(many) <= MOST_POINTS, sum(point[3] for point in many)
    (True, 10000)
    """
    placed = [(*project(latitude, longitude), name, is_final) for latitude, longitude, name, is_final in places]
    side = CELL
    cells = _cells(placed, side)
    while len(cells) > MOST_POINTS:
        side *= 2
        cells = _cells(placed, side)
    points = []
    for members in cells.values():
        x, y, __, __ = members[0]
        names = [name for __, __, name, __ in members[:NAMES_AT_A_POINT]]
        points.append((x, y, names, len(members), sum(1 for member in members if member[3])))
    return points
