import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const period = (city) => `.o_list_view .o_data_row:contains(${city})`;

/** Open a page of the menu Partnerships. */
const openMenu = (menu, title) => [
    {
        content: "Open the menu Partnerships",
        trigger: '.o_main_navbar .o_menu_sections [data-menu-xmlid="scn_partner.scn_partnerships_menu"]',
        run: "click",
    },
    {
        content: "… and one of its pages",
        trigger: `.o-dropdown--menu [data-menu-xmlid="${menu}"]`,
        run: "click",
    },
    {
        content: "Wait for it: the page before has a search menu too",
        trigger: `.o_control_panel .o_last_breadcrumb_item:contains(${title})`,
    },
];

/** Open the ledger with all its lines: the partnership of Laterby begins in some months. */
const openLedger = [
    ...openMenu("scn_partner.scn_partnership_period_menu", "Ledger"),
    {
        trigger: period("Tour Laterby"),
    },
];

/** Open the ledger with what is due; wait until the other line is gone, because a reload clears the selection. */
const openDue = [
    ...openLedger,
    {
        trigger: ".o_control_panel .o_searchview_dropdown_toggler",
        run: "click",
    },
    {
        trigger: ".o_filter_menu .o_menu_item:contains(Due)",
        run: "click",
    },
    {
        trigger: ".o_searchview .o_searchview_facet:contains(Due)",
    },
    {
        content: "Close the menu",
        trigger: ".o_control_panel .o_searchview_dropdown_toggler",
        run: "click",
    },
    {
        trigger: ".o_list_view:not(:has(.o_data_row:contains(Tour Laterby))) .o_data_row:contains(Tour Strictham)",
    },
];

/** Tick the line of one city. */
const select = (city) => [
    {
        content: `Select the period of ${city}`,
        trigger: `${period(city)} .o_list_record_selector input`,
        run: "click",
    },
    {
        trigger: `${period(city)}.o_data_row_selected`,
    },
];

const button = (name) => ({
    trigger: `.o_control_panel button[name=${name}]:enabled`,
    run: "click",
});

const invoiceIsThere = (city) => ({
    content: "The posted invoice is shown",
    trigger: `.o_list_view .o_data_row:contains(${city}):contains(998.00):contains(Posted)`,
});

registry.category("web_tour.tours").add("scn_partnership_ledger", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: '.o_app[data-menu-xmlid="scn_partner.scn_menu_root"]',
            run: "click",
        },
        ...openDue,
        ...select("Tour Riverton"),
        button("action_invoice"),
        invoiceIsThere("Tour Riverton"),

        // A city that pays with a purchase order only.
        ...openDue,
        {
            content: "What is invoiced is not due any more",
            trigger: `.o_list_view:not(:has(.o_data_row:contains(Tour Riverton))) .o_data_row:contains(Tour Strictham)`,
        },
        ...select("Tour Strictham"),
        button("action_invoice"),
        {
            content: "It says what is missing and where to enter it",
            trigger: ".o_notification:contains(Tour Strictham needs a purchase-order number):contains(purchase orders) .o_notification_close",
            run: "click",
        },
        {
            content: "The line says at once what it waits for",
            trigger: `${period("Tour Strictham")}:contains(Waiting for purchase order)`,
        },
        ...openMenu("scn_partner.scn_purchase_reference_menu", "Purchase orders"),
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            trigger: ".o_selected_row [name=partner_id] input",
            run: "edit Tour Strictham",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains(Tour Strictham)",
            run: "click",
        },
        {
            trigger: ".o_selected_row [name=number] input",
            run: "edit PO-TOUR-1",
        },
        {
            content: "Valid from today on …",
            trigger: ".o_selected_row [name=valid_from] button, .o_selected_row [name=valid_from] input",
            run: "click",
        },
        {
            trigger: ".o_datetime_picker .o_date_item_cell.o_today",
            run: "click",
        },
        {
            content: "… until today: tomorrow does not matter here",
            trigger: ".o_selected_row [name=valid_until] button, .o_selected_row [name=valid_until] input",
            run: "click",
        },
        {
            trigger: ".o_datetime_picker .o_date_item_cell.o_today",
            run: "click",
        },
        {
            trigger: ".o_list_button_save:enabled",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_selected_row)) .o_data_row:contains(PO-TOUR-1)",
        },
        ...openDue,
        ...select("Tour Strictham"),
        button("action_invoice"),
        invoiceIsThere("Tour Strictham"),

        // The number was wrong: put it right, then credit and issue again.
        ...openMenu("scn_partner.scn_purchase_reference_menu", "Purchase orders"),
        {
            trigger: ".o_list_view .o_data_row:contains(PO-TOUR-1) td[name=number]",
            run: "click",
        },
        {
            trigger: ".o_selected_row [name=number] input",
            run: "edit PO-TOUR-2",
        },
        {
            trigger: ".o_list_button_save:enabled",
            run: "click",
        },
        {
            trigger: ".o_list_view:not(:has(.o_selected_row)) .o_data_row:contains(PO-TOUR-2)",
        },
        ...openLedger,
        {
            content: "The ledger names the purchase order",
            trigger: `${period("Tour Strictham")}:contains(PO-TOUR-2):contains(Invoiced)`,
        },
        ...select("Tour Strictham"),
        button("action_credit_and_reissue"),
        {
            content: "Asked once more",
            trigger: ".modal:contains(Credit the invoices of the selected periods) .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "Invoiced again, still once",
            trigger: `body:not(:has(.modal)) ${period("Tour Strictham")}:contains(Invoiced):contains(Not paid)`,
        },
    ],
});
