"""Why a sign-up needs a human, in words. The codes come from the sync (``review_reasons``) and the matching."""


def get_reason_labels(env):
    """Sentence per reason code in the user's language.

    :param env: environment
    :return: dict code → sentence
    """
    return {
        # found by the matching
        'city_unknown': env._("No city of the network has this name. Choose one, or create it when accepting."),
        'city_missing': env._("The message names no city."),
        'city_ambiguous': env._("Several cities have this name: choose the right one."),
        'city_other_country': env._("A city of this name is known in another country."),
        'city_and_domain_disagree': env._("The city in the text and the mail domain belong to different cities."),
        'city_by_domain_only': env._("The city was found by the mail domain only: the text does not name it."),
        'contact_missing': env._("There is neither a name nor an e-mail address."),
        'known_at_other_city': env._("This person is a contact of another city: accepting ends the roles there."),
        'stopped_news': env._("This person asked us to stop. Accepting does not undo that."),
    }
