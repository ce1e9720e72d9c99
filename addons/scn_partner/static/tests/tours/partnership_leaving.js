import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const dialog = ".modal .o_form_view";

/** Choose one of the radio buttons of a field in the dialog. */
const choose = (field, label) => ({
    content: `${field}: ${label}`,
    trigger: `${dialog} [name=${field}] .o_radio_item:contains(${label}) input`,
    run: "click",
});

registry.category("web_tour.tours").add("scn_partnership_leave", {
    url: "/odoo/partnerships",
    steps: () => [
        {
            trigger: ".o_kanban_group:contains(Active) .o_kanban_record:contains(Tour Riverton)",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=period_ids] .o_data_row:contains(Invoiced)",
        },
        ...stepUtils.statusbarButtonsSteps("Leave…", "Open the guided action"),
        {
            content: "By default it ends with the term, and nothing moves",
            trigger: `${dialog}:contains(Nothing is credited):contains(Unpaid invoices, which stay due)`,
        },
        choose("when", "On another day"),
        {
            content: "The last day is today until another one is chosen",
            trigger: `${dialog} [name=money]`,
        },
        choose("money", "The unused days are credited"),
        {
            content: "Money and what is open, before anything is done",
            trigger: `${dialog} .o_scn_leaving_summary:contains(Together, without taxes):contains(Counted benefits)`,
        },
        {
            trigger: `${dialog} [name=reason] input`,
            run: "edit New priorities of the council",
        },
        {
            trigger: ".modal .modal-footer button[name=action_leave]:enabled",
            run: "click",
        },
        {
            content: "Done, and what to do next",
            trigger: ".o_notification:contains(Leaving is arranged):contains(Credited with)",
        },
        {
            content: "The partnership shows it and may take it back",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name=leave_reason]:contains(New priorities of the council)",
        },
        {
            trigger: ".o-mail-Message:contains(Together, without taxes)",
        },
    ],
});

registry.category("web_tour.tours").add("scn_partnership_leaving_page", {
    url: "/my/city",
    steps: () => [
        {
            content: "The last day, the credit and what stays",
            trigger:
                "section:has(h2:contains(Your city leaves)):contains(The last day is):contains(we credited):contains(This page and your invoices)",
        },
        {
            content: "No word of why",
            trigger: "#wrapwrap:not(:contains(New priorities))",
        },
        {
            content: "Not wider than the screen",
            trigger: ".o_scn_city_leaving",
            run({ anchor }) {
                if (anchor.getBoundingClientRect().right > document.documentElement.clientWidth + 1) {
                    throw new Error("The summary is wider than the screen");
                }
            },
        },
        {
            content: "The credit note can be opened",
            trigger: 'section:has(h2:contains(Your city leaves)) a[href^="/my/city/invoice/"]:contains(RINV)',
        },
    ],
});
