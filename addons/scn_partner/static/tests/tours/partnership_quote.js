import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** From the list of quotations to one with a customer and one product, unsaved. */
const newQuotation = (city, product) => [
    {
        content: "New quotation",
        trigger: ".o_list_view .o_list_button_add",
        run: "click",
    },
    {
        content: "For the city",
        trigger: ".o_form_view .o_field_widget[name=partner_id] input",
        run: `edit ${city}`,
    },
    {
        trigger: `.o-autocomplete--dropdown-item a:contains(${city}):not(:contains(Create)):not(:contains(,))`,
        run: "click",
    },
    {
        content: "With the fee of a tier",
        trigger: '.o_field_widget[name=order_line] .o_field_x2many_list_row_add button:contains("Add a product"), .o_field_widget[name=order_line] a:contains("Add a product")',
        run: "click",
    },
    {
        trigger: ".o_data_row.o_selected_row [name=product_template_id] input, .o_data_row.o_selected_row [name=product_id] input",
        run: `edit ${product}`,
    },
    {
        trigger: `.o-autocomplete--dropdown-item a:contains(${product}):not(:contains(Create))`,
        run: "click",
    },
    {
        content: "Its price is there",
        trigger: ".o_field_widget[name=tax_totals]:contains(998.00)",
    },
];

registry.category("web_tour.tours").add("scn_partnership_quote", {
    url: "/odoo/sales",
    steps: () => [
        ...newQuotation("Tour Riverton", "Tour fee of a partner"),
        {
            content: "The fee of a tier brings the page Partnership",
            trigger: ".o_notebook_headers a[name=scn_partnership]",
            run: "click",
        },
        {
            content: "It is a new partnership",
            trigger: ".o_field_widget[name=scn_kind]",
        },
        {
            content: "It starts today",
            trigger: ".o_field_widget[name=scn_date_start] button, .o_field_widget[name=scn_date_start] input",
            run: "click",
        },
        {
            trigger: ".o_datetime_picker .o_date_item_cell.o_today",
            run: "click",
        },
        ...stepUtils.saveForm(),
        {
            content: "Send it",
            trigger: ".o_statusbar_buttons button[name=action_quotation_send]:enabled",
            run: "click",
        },
        {
            content: "The mail is written",
            trigger: ".modal .o_mail_send:enabled",
            run: "click",
        },
        {
            content: "The quotation is sent",
            trigger: "body:not(:has(.modal)) .o_statusbar_status button[data-value=sent].o_arrow_button_current",
        },
    ],
});

registry.category("web_tour.tours").add("scn_partnership_accept", {
    url: "/my/city",
    steps: () => [
        {
            content: "The city's page says that a quotation waits",
            trigger: ".alert:contains(A quotation waits for your answer) a:contains(Read and accept)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Wait for the page",
            trigger: "body[is-ready=true]",
        },
        {
            content: "Odoo's own page: what it costs and what it is",
            trigger: "#quote_content:contains(Tour fee of a partner):contains(998.00)",
        },
        {
            trigger: '.o_portal_sale_sidebar a[data-bs-target="#modalaccept"]:contains("Accept & Sign"), #quote_content a[data-bs-target="#modalaccept"]:contains("Accept & Sign")',
            run: "click",
        },
        {
            content: "A typed name is the signature",
            trigger: ".modal .o_web_sign_name_and_signature input",
            run: "edit Tour Mira",
        },
        {
            trigger: ".modal canvas.o_web_sign_signature",
            run: "canvasNotEmpty",
        },
        {
            trigger: ".modal .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Accepted",
            trigger: "#quote_content:contains(Thank You)",
        },
        stepUtils.goToUrl("/my/city"),
        {
            content: "Nothing waits any more; the start follows the check",
            trigger: ".card:contains(Your place in the network):contains(when our check is done):not(:contains(A quotation waits))",
        },
    ],
});

registry.category("web_tour.tours").add("scn_partnership_eligible", {
    url: "/odoo/partnerships",
    steps: () => [
        {
            content: "The pending partnership is on the board",
            trigger: ".o_kanban_group:contains(Pending) .o_kanban_record:contains(Tour Riverton)",
            run: "click",
        },
        {
            content: "The first term is in the ledger",
            trigger: ".o_form_view .o_field_widget[name=period_ids] .o_data_row:contains(First term):contains(998.00)",
        },
        ...stepUtils.statusbarButtonsSteps("Eligible", "Record the check"),
        {
            content: "Asked once more",
            trigger: ".modal:contains(rule of law) .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It runs",
            trigger: ".o_form_view .o_statusbar_status button[data-value=active].o_arrow_button_current, .o_form_view .o_statusbar_status:contains(Active):not(:has([data-value]))",
        },
        {
            content: "Who checked, and the button is gone",
            trigger: "body:not(:has(.o_statusbar_buttons button[name=action_eligible])) .o_field_widget[name=eligibility_user_id]:contains(tour_officer)",
        },
    ],
});
