"""How far places are from each other, and which ones can be visited together. No Odoo in here."""

import math

#: Mean radius of the Earth by the International Union of Geodesy and Geophysics (R1).
EARTH_RADIUS_KM = 6371.0088


def kilometres(first, second):
    """Great-circle distance by the haversine formula.

    :param first: ``(latitude, longitude)`` in degrees; ``second`` likewise

    >>> round(kilometres((52.3676, 4.9041), (41.3874, 2.1686)))
    1238
    >>> kilometres((10, 179.5), (10, -179.5)) < 111
    True
    """
    (latitude, longitude), (other_latitude, other_longitude) = (
        tuple(math.radians(degrees) for degrees in place) for place in (first, second)
    )
    half = (
        math.sin((other_latitude - latitude) / 2) ** 2
        + math.cos(latitude) * math.cos(other_latitude) * math.sin((other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(half, 1.0)))


def near(centre, places, radius):
    """Places within a radius, in the order given.

    :param places: list of ``(key, (latitude, longitude))``
    :return: list of ``(key, kilometres)``
    """
    found = [(key, kilometres(centre, where)) for key, where in places]
    return [(key, distance) for key, distance in found if distance <= radius]


def group_near(places, radius):
    """Groups of places that are near the first of each; what stands alone is left out.

    The first place not yet in a group begins one, so put the most urgent first. Everybody in a group is within the
    radius of its first, and each place is in one group at most.

    :return: list of lists of ``(key, kilometres from the first)``

    >>> [[key for key, __ in group] for group in group_near([('a', (0, 0)), ('b', (0, 9)), ('c', (0, 1))], 200)]
    [['a', 'c']]
    """
    left, groups = list(places), []
    while left:
        group = near(left[0][1], left, radius)
        taken = {key for key, __ in group}
        left = [place for place in left if place[0] not in taken]
        if len(group) > 1:
            groups.append(group)
    return groups
