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
        'stopped_address': env._("Somebody with this address asked us to stop: check whether it is the same person."),
        'stopped_news': env._("This person asked us to stop. Accepting does not undo that."),
        # found by the server in the text
        'hidden_characters': env._("A name, a city or an address contains characters that nobody sees."),
        'mixed_scripts': env._("A name, a city or an address mixes letters of several scripts that look alike."),
        # sent by the sync (docs/sync.md lists them)
        'asks_to_stop': env._("The sender asks not to be written to any more."),
        'attachment_unread': env._("A document is attached; what it says was not read."),
        'broken_mime': env._("The message was cut short: its parts never end."),
        'charset_guessed': env._("The letters could not be read as declared; accents may be wrong."),
        'consent_refused': env._("The sender does not agree to their data being kept or used."),
        'country_unknown': env._("The country is none we know."),
        'date_unclear': env._("The date could not be read for certain."),
        'email_invalid': env._("An e-mail address in the message is not valid."),
        'encoding_unknown': env._("The message is packed in a way we do not know."),
        'encrypted': env._("The message is encrypted."),
        'forwarded': env._("Somebody passed the message on; check who really wrote it."),
        'header_broken': env._("The subject or the sender's name could not be decoded."),
        'invisible_characters': env._("An address or a name contains characters that nobody sees."),
        'long_text': env._("The text is longer than what is kept."),
        'lookalike_address': env._("The address contains letters that look like others."),
        'lookalike_name': env._("The name mixes letters of several scripts."),
        'mailing_list': env._("The message came through a mailing list."),
        'name_differs': env._("The sender's name and the name in the text are different."),
        'no_city': env._("The message names no city."),
        'no_email': env._("There is no e-mail address to answer to."),
        'no_name': env._("The message names no person."),
        'no_text': env._("The message has no text of its own."),
        'phone_extension': env._("The telephone number has an extension; it is kept as typed."),
        'phone_unparsed': env._("The telephone number could not be read; it is kept as typed."),
        'quoted_reply': env._("The message is a reply; what it quotes was left out."),
        'reply_to_differs': env._("Answers would go to another address than the one in the text."),
        'sender_differs': env._("The message was sent from another address than the one in the text."),
        'separator_doubtful': env._("It is not certain where this message begins or ends in the mailbox."),
        'several_cities': env._("The message names several cities."),
        'several_contacts': env._("The message names several persons."),
        'unescaped_from_line': env._("A line of the text looks like the start of another message."),
        'value_too_long': env._("A value was too long to be what its label says; see the text."),
        'wants_unclear': env._("What the sender wants is not clear."),
    }
