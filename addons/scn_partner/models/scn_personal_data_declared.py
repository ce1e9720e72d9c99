from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ..personal_data import PersonalData

_lt = LazyTranslate(__name__)

STAFF = _lt("Foundation staff")
STAFF_AND_PERSON = _lt("Foundation staff, the person")
STAFF_AND_CITY = _lt("Foundation staff, the city's people in the portal")
MANAGERS = _lt("Managers")
FINANCE = _lt("Finance")
ADMINISTRATORS = _lt("Administrators of the database")
AS_LONG_AS_CONTACT = _lt("As long as the person is a contact of the city, or until erased")
WITH_CONTACT = _lt("As long as the contact")
WITH_RECORD = _lt("As long as the record it belongs to")
WITH_ACCOUNT = _lt("As long as the account")
ACCOUNTING = _lt(
    "Accounting and tax law: invoices and what they rest on are kept as issued (in the EU article 226 and 244 of "
    "directive 2006/112/EC; GDPR article 17(3)(b))"
)
ACCOUNTING_YEARS = _lt("Until the retention date of accounting records, 10 years unless changed")


class ScnPersonalData(models.AbstractModel):
    """What this addon and the Odoo apps below it keep of a person.

    The order is that of an erasure: what was written first, then what hangs on the account, account and contact last.
    """

    _inherit = 'scn.personal.data'

    @api.model
    def _get_declarations(self):
        return [
            *super()._get_declarations(),
            *self._get_network_declarations(),
            *self._get_trade_declarations(),
            *self._get_mail_declarations(),
            *self._get_account_declarations(),
        ]

    @api.model
    def _get_network_declarations(self):
        return [
            PersonalData(
                model='scn.signup',
                fields=('contact_name', 'email', 'phone', 'position', 'unit', 'subject', 'raw_text', 'language',
                        'consent_wording', 'consent_source', 'external_id', 'payload_hash', 'applied_changes',
                        'restored_changes', 'reject_note'),
                contact=('contact_id', 'contact_partner_id', 'moved_from_id'),
                email=('email',),
                name=('contact_name',),
                not_personal=('city', 'organisation_id', 'city_partner_id', 'review_reasons', 'match_reasons',
                              'decided_by_id'),
                erasure='special',
                why=_lt("To add a city's people to the network, and as evidence of their consent"),
                kept=_lt("Original text: the days of the source, 180 unless changed. Rejected and withdrawn ones: the "
                         "days of the retention rule. Keyed digests stay, so that a kept mailbox brings nobody back"),
                seen_by=STAFF_AND_PERSON,
            ),
            PersonalData(
                model='scn.consent',
                fields=('wording', 'wording_hash', 'evidence'),
                contact=('partner_id',),
                why=_lt("Evidence of what a person agreed to"),
                kept=_lt("While in force, then the days of the retention rule after it was withdrawn"),
                seen_by=STAFF_AND_PERSON,
            ),
            PersonalData(
                model='scn.contact.role',
                fields=('end_reason',),
                contact=('contact_id',),
                not_personal=('organisation_id',),
                why=_lt("Who acts for a city, and in which mandate"),
                kept=AS_LONG_AS_CONTACT,
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='scn.city.invitation',
                fields=('name', 'email'),
                contact=('contact_id',),
                email=('email',),
                name=('name',),
                not_personal=('organisation_id', 'invited_by_id', 'decided_by_id'),
                why=_lt("Colleagues whom a city asked us to invite to the portal"),
                kept=AS_LONG_AS_CONTACT,
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='scn.contact.duplicate',
                fields=(),
                contact=('partner_id',),
                why=_lt("To find contacts that were entered twice"),
                kept=WITH_CONTACT,
                seen_by=STAFF,
            ),
            PersonalData(
                model='scn.contact.key',
                fields=('key',),
                contact=('partner_id',),
                not_personal=('organisation_id',),
                why=_lt("To know a person again when they write a second time"),
                kept=WITH_CONTACT,
                seen_by=STAFF,
            ),
        ]  # fmt: skip

    @api.model
    def _get_trade_declarations(self):
        return [
            PersonalData(
                model='account.move',
                fields=('scn_party_kept', 'invoice_source_email'),
                contact=('partner_id', 'partner_shipping_id'),
                not_personal=('scn_delivery_error',),
                erasure='special',
                why=_lt("Invoices to the city; the party as it stands on the invoice"),
                basis=ACCOUNTING,
                kept=ACCOUNTING_YEARS,
                seen_by=FINANCE,
            ),
            PersonalData(
                model='account.payment',
                fields=(),
                contact=('partner_id',),
                erasure='keep',
                why=_lt("Payments that were received"),
                basis=ACCOUNTING,
                kept=ACCOUNTING_YEARS,
                seen_by=FINANCE,
            ),
            PersonalData(
                model='account.bank.statement.line',
                fields=('partner_name', 'account_number', 'payment_ref', 'transaction_details'),
                contact=('partner_id',),
                erasure='keep',
                why=_lt("Payments as the bank reported them"),
                basis=ACCOUNTING,
                kept=ACCOUNTING_YEARS,
                seen_by=FINANCE,
            ),
            PersonalData(
                model='sale.order',
                fields=('signed_by', 'signature'),
                contact=('partner_id', 'partner_invoice_id', 'partner_shipping_id'),
                email=(),
                name=('signed_by',),
                not_personal=('scn_acceptance', 'scn_acceptance_document_id', 'scn_benefits_user_id'),
                free_text=('scn_benefits_reason',),
                erasure='special',
                why=_lt("Who accepted a quotation for the city"),
                kept=_lt("As long as the order; that it was accepted, and when, stays"),
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='scn.partnership',
                fields=(),
                contact=('billing_contact_id',),
                not_personal=('access_token', 'name', 'partner_id', 'payer_id', 'user_id', 'waiver_approver_id',
                              'eligibility_user_id'),
                free_text=('waiver_reason', 'cancel_reason', 'leave_reason'),
                erasure='blank',
                why=_lt("To whom invoices of the partnership are sent"),
                kept=WITH_RECORD,
                seen_by=STAFF_AND_CITY,
            ),
            PersonalData(
                model='payment.transaction',
                fields=('partner_name', 'partner_email', 'partner_phone', 'partner_address', 'partner_zip',
                        'partner_city'),
                contact=('partner_id',),
                email=('partner_email',),
                erasure='blank',
                why=_lt("Payments made online"),
                kept=ACCOUNTING_YEARS,
                seen_by=FINANCE,
            ),
            PersonalData(
                model='payment.token',
                fields=('payment_details',),
                contact=('partner_id',),
                why=_lt("Means of payment kept for the next time"),
                kept=WITH_CONTACT,
                seen_by=FINANCE,
            ),
            PersonalData(
                model='res.partner.bank',
                fields=('acc_number', 'acc_holder_name'),
                contact=('partner_id',),
                why=_lt("Bank accounts of payers"),
                kept=WITH_CONTACT,
                seen_by=FINANCE,
            ),
            PersonalData(
                model='crm.lead',
                fields=('contact_name', 'email_from', 'email_cc', 'phone', 'function', 'street', 'description', 'name'),
                contact=('partner_id',),
                email=('email_from',),
                name=('contact_name',),
                why=_lt("Requests in Odoo's CRM, where it is installed"),
                kept=AS_LONG_AS_CONTACT,
                seen_by=STAFF,
            ),
        ]  # fmt: skip

    @api.model
    def _get_mail_declarations(self):
        return [
            PersonalData(
                model='mail.mail',
                fields=('email_to', 'email_cc', 'body_html', 'headers'),
                contact=('recipient_ids',),
                email=('email_to', 'email_cc'),
                why=_lt("Mails that wait to be sent"),
                kept=_lt("Until sent"),
                seen_by=ADMINISTRATORS,
            ),
            PersonalData(
                model='mail.message',
                fields=('body', 'subject', 'email_from', 'reply_to', 'message_id', 'incoming_email_to',
                        'incoming_email_cc', 'outgoing_email_to'),
                contact=('author_id',),
                email=('email_from',),
                erasure='special',
                why=_lt("What a person wrote to us, and the history of records they changed"),
                kept=_lt("As long as the record; what the person wrote goes with the erasure, what names them elsewhere "
                         "is taken out"),
                seen_by=_lt("Those who see the record"),
            ),
            PersonalData(
                model='mail.followers',
                fields=(),
                contact=('partner_id',),
                why=_lt("Who follows a record"),
                kept=WITH_CONTACT,
                seen_by=STAFF,
            ),
            PersonalData(
                model='mail.notification',
                fields=('mail_email_address', 'failure_reason'),
                contact=('res_partner_id',),
                email=('mail_email_address',),
                why=_lt("Whether a message arrived"),
                kept=_lt("180 days after it was read, as Odoo keeps it"),
                seen_by=STAFF,
                staff_only=True,
            ),
            PersonalData(
                model='mail.blacklist',
                fields=('email',),
                email=('email',),
                why=_lt("Addresses that asked for no mass mails"),
                kept=_lt("Until the address is erased: an address we do not have gets no mail"),
                seen_by=STAFF,
            ),
            PersonalData(
                model='mail.guest',
                fields=('name', 'email'),
                email=('email',),
                why=_lt("Visitors of a chat"),
                kept=_lt("Until erased"),
                seen_by=STAFF,
            ),
            PersonalData(
                model='mail.push.device',
                fields=('endpoint', 'keys'),
                contact=('partner_id',),
                why=_lt("Devices that get notifications"),
                kept=WITH_ACCOUNT,
                seen_by=ADMINISTRATORS,
                staff_only=True,
            ),
            PersonalData(
                model='mail.scheduled.message',
                fields=('body', 'subject'),
                contact=('author_id',),
                why=_lt("Messages to be sent later"),
                kept=_lt("Until sent"),
                seen_by=STAFF,
            ),
            PersonalData(
                model='sms.sms',
                fields=('number', 'body'),
                contact=('partner_id',),
                why=_lt("Text messages that wait to be sent"),
                kept=_lt("Until sent"),
                seen_by=ADMINISTRATORS,
            ),
            PersonalData(
                model='snailmail.letter',
                fields=('street', 'street2', 'zip', 'city'),
                contact=('partner_id',),
                why=_lt("Letters that wait to be sent"),
                kept=_lt("Until sent"),
                seen_by=FINANCE,
            ),
            PersonalData(
                model='rating.rating',
                fields=('feedback',),
                contact=('partner_id', 'rated_partner_id'),
                why=_lt("Ratings that a person gave"),
                kept=WITH_RECORD,
                seen_by=STAFF,
            ),
            PersonalData(
                model='calendar.attendee',
                fields=('common_name', 'access_token'),
                contact=('partner_id',),
                email=('email',),
                why=_lt("Who takes part in a meeting"),
                kept=WITH_RECORD,
                seen_by=STAFF,
            ),
            PersonalData(
                model='website.visitor',
                fields=('access_token',),
                contact=('partner_id',),
                why=_lt("Which pages a signed-in person visited"),
                kept=_lt("60 days after the last visit, as Odoo keeps it"),
                seen_by=STAFF,
            ),
        ]  # fmt: skip

    @api.model
    def _get_account_declarations(self):
        return [
            PersonalData(
                model='res.users.apikeys',
                fields=('name',),
                user=('user_id',),
                why=_lt("Keys for programs of the person"),
                kept=WITH_ACCOUNT,
                seen_by=STAFF_AND_PERSON,
            ),
            PersonalData(
                model='res.device.log',
                fields=('session_identifier', 'platform', 'browser', 'ip_address', 'country', 'city'),
                user=('user_id',),
                erasure='special',
                why=_lt("Where an account is signed in, so that its owner notices somebody else"),
                kept=_lt("As Odoo keeps it; removed with the account"),
                seen_by=STAFF_AND_PERSON,
            ),
            PersonalData(
                model='auth_totp.device',
                fields=('name',),
                user=('user_id',),
                why=_lt("Devices that need no second factor"),
                kept=WITH_ACCOUNT,
                seen_by=STAFF_AND_PERSON,
            ),
            PersonalData(
                model='res.users.log',
                fields=(),
                user=('create_uid',),
                why=_lt("When an account signed in last"),
                kept=WITH_ACCOUNT,
                seen_by=ADMINISTRATORS,
            ),
            PersonalData(
                model='res.users.settings',
                fields=(),
                user=('user_id',),
                why=_lt("How an account shows things"),
                kept=WITH_ACCOUNT,
                seen_by=ADMINISTRATORS,
                staff_only=True,
            ),
            PersonalData(
                model='res.users',
                fields=('login', 'signature', 'out_of_office_message'),
                contact=('partner_id',),
                erasure='special',
                why=_lt("Access to the portal"),
                kept=_lt("As long as the person works for the city, or until erased"),
                seen_by=STAFF_AND_PERSON,
            ),
            PersonalData(
                model='res.partner',
                fields=('name', 'complete_name', 'email', 'email_normalized', 'phone', 'phone_sanitized', 'function',
                        'city_unit', 'street', 'street2', 'zip', 'city', 'comment', 'lang', 'tz', 'vat', 'ref',
                        'website', 'image_1920'),
                erasure='special',
                not_personal=('task_force_source', 'supplier_portal_name', 'supplier_portal_url', 'buyer_reference'),
                why=_lt("To reach the people who deal with the topic in a city"),
                kept=AS_LONG_AS_CONTACT,
                seen_by=STAFF_AND_CITY,
            ),
        ]  # fmt: skip

    @api.model
    def _get_not_personal(self):
        """Names of things, links to organisations, who of the staff did it, fingerprints and codes."""
        return {
            **super()._get_not_personal(),
            'res.company': ('scn_finance_user_id',),
            'res.partner.grade': ('code', 'description'),
            'scn.benefit': ('name', 'code', 'how_to_url', 'how_to_text'),
            'scn.city.alias': ('organisation_id', 'name'),
            'scn.consent.purpose': ('name', 'code', 'description'),
            'scn.consent.wording': ('text',),
            'scn.entitlement': ('partner_id', 'user_id'),
            'scn.entitlement.use': ('res_model', 'res_id'),
            'scn.erasure.log': ('digest', 'outcome', 'reason', 'user_id'),
            'scn.overdue.level': ('name',),
            'scn.overdue.notice': ('partner_id',),
            'scn.partnership.instalment': ('payer_id',),
            'scn.partnership.period': ('partner_id',),
            'scn.partnership.year': ('partner_id', 'user_id', 'waiver_approver_id'),
            'scn.purchase.reference': ('number', 'partner_id'),
            'scn.retention': ('name', 'code', 'description'),
            'scn.revenue.risk': ('partner_id', 'user_id'),
            'scn.signup.batch': ('key', 'payload_hash', 'answer'),
            'scn.signup.erasure': ('digest',),
            'scn.signup.run': ('key', 'user_id'),
            'scn.signup.source': ('name', 'code', 'user_id', 'consent_wording', 'privacy_url', 'contact_email'),
        }

    @api.model
    def _get_free_texts(self):
        return {
            **super()._get_free_texts(),
            'scn.entitlement': ('carry_reason',),
            'scn.partnership.period': ('last_error',),
            'scn.partnership.year': ('waiver_reason',),
        }
