import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("scn_month_close", {
    url: "/odoo/partnership-report",
    steps: () => [
        {
            content: "The day is the end of the last month: show it",
            trigger: ".o_form_view button[name=action_show]:enabled",
            run: "click",
        },
        {
            content: "It adds up",
            trigger: ".o_form_view .alert-success:contains(adds up to the general ledger)",
        },
        {
            content: "Every period",
            trigger: ".o_notebook_headers .nav-link[name=periods]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Tour Riverton)",
        },
        {
            content: "Where the fees wait until they are earned",
            trigger: ".o_field_widget[name=deferred_account_id] input",
            run: "edit Tour deferred",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Tour deferred fees)",
            run: "click",
        },
        {
            trigger: "button[name=action_propose_closing]:enabled",
            run: "click",
        },
        {
            content: "Nothing is posted: agree",
            trigger: ".modal:contains(Nothing is posted) .btn-primary",
            run: "click",
        },
        {
            content: "The entry and its reversal are drafts",
            trigger: ".o_list_view .o_data_row:contains(Draft) + .o_data_row:contains(Draft)",
        },
    ],
});
