import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** The card of a sign-up in the inbox. */
const card = (text) => `.o_kanban_record:contains(${text})`;

/** Wait for the preview and a value that accepting would write. */
const previewShows = (text) => ({
    content: `The preview shows “${text}”`,
    trigger: `.o_form_view .o_scn_change_preview td.text-success:contains(${text})`,
});

/** From the sign-up's form to the dialog that asks once more. */
const openAccept = [
    {
        content: "Accept",
        trigger: ".o_form_view .o_statusbar_buttons button[name=action_open_accept]",
        run: "click",
    },
    {
        content: "The dialog shows the same preview",
        trigger: ".modal .o_scn_change_preview",
    },
];

const isAccepted = {
    content: "The sign-up is accepted",
    trigger: ".o_form_view:not(:has(.o_statusbar_buttons button[name=action_open_accept])) .o_statusbar_status:contains(Accepted)",
};

registry.category("web_tour.tours").add("scn_signup_accept", {
    url: "/odoo",
    steps: () => [
        {
            content: "The page is there",
            trigger: ".o_main_navbar .o_navbar_apps_menu, .o_main_navbar .o_menu_toggle",
        },
        // The first is for a desktop, the others for a phone, where the apps are behind one more button.
        stepUtils.showAppsMenuItem(),
        ...stepUtils.toggleHomeMenu(),
        {
            content: "Open the app",
            trigger: '.o_app[data-menu-xmlid="scn_partner.scn_menu_root"]',
            run: "click",
        },
        {
            content: "Open the matched sign-up",
            trigger: card("Tour Ana"),
            run: "click",
        },
        previewShows("tour.ana@tourville.example"),
        {
            content: "What staff entered stays as it is",
            trigger: ".o_scn_change_preview tr:contains(Country) td:contains(Belgium)",
        },
        ...openAccept,
        {
            trigger: ".modal .modal-footer button[name=action_confirm]",
            run: "click",
        },
        isAccepted,
        {
            content: "It says what it led to",
            trigger: ".o_field_widget[name=city_partner_id]:contains(Tourville)",
        },
    ],
});

registry.category("web_tour.tours").add("scn_signup_unknown_city", {
    url: "/odoo/signups",
    steps: () => [
        {
            content: "Open the sign-up that waits in review",
            trigger: card("Tour Jon"),
            run: "click",
        },
        {
            content: "It says why",
            trigger: ".o_form_view .alert-warning:contains(No city of the network has this name)",
        },
        ...openAccept,
        {
            content: "Confirming without ticking the box",
            trigger: ".modal .modal-footer button[name=action_confirm]",
            run: "click",
        },
        {
            content: "… is refused, with what to do",
            trigger: ".modal:contains(Tick “Create this city”) .modal-footer button:not([name])",
            run: "click",
        },
        {
            content: "Tick “Create this city”",
            trigger: ".modal .o_field_widget[name=create_city] input",
            run: "click",
        },
        {
            trigger: ".modal .modal-footer button[name=action_confirm]",
            run: "click",
        },
        isAccepted,
        {
            trigger: ".o_field_widget[name=city_partner_id]:contains(Nova Tour)",
        },
    ],
});
