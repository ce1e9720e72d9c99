import { registry } from "@web/core/registry";

/**
 * A cell of the matrix by what it says. The three benefits are made by the test, so that nothing depends on the
 * database's own ones.
 */
const cell = (label) => `.o_scn_matrix_table .o_scn_matrix_cell[aria-label="${label}"]`;

registry.category("web_tour.tours").add("scn_benefit_matrix_manager", {
    url: "/odoo/tiers-and-benefits",
    steps: () => [
        {
            content: "Show the benefits of this test only",
            trigger: ".o_scn_benefit_matrix input[type=search]",
            run: "edit Tour benefit",
        },
        {
            content: "The tier does not include the access yet: add it",
            trigger: cell("Tour tier, Tour benefit access: not included"),
            run: "click",
        },
        {
            content: "It is included now",
            trigger: cell("Tour tier, Tour benefit access: included"),
        },
        {
            content: "Open the number of the counted benefit",
            trigger: cell("Tour tier, Tour benefit counted: 1 a year"),
            run: "click",
        },
        {
            content: "A number below 1 is not accepted",
            trigger: ".o_scn_benefit_count input[type=number]",
            run: "edit 0",
        },
        {
            trigger: ".o_scn_benefit_count button[type=submit]",
            run: "click",
        },
        {
            trigger: ".o_scn_benefit_count input.is-invalid[aria-invalid=true]",
            run: "edit 2",
        },
        {
            trigger: ".o_scn_benefit_count select",
            run: "select quarter",
        },
        {
            trigger: ".o_scn_benefit_count button[type=submit]",
            run: "click",
        },
        {
            content: "The cell shows the new number",
            trigger: cell("Tour tier, Tour benefit counted: 2 a quarter"),
        },
        {
            content: "Take away the right to ask, by mistake",
            trigger: cell("Tour tier, Tour benefit request: may ask"),
            run: "click",
        },
        {
            trigger: cell("Tour tier, Tour benefit request: not included"),
        },
        {
            content: "Undo it",
            trigger: ".o_notification:contains(Tour benefit request) .o_notification_buttons button:contains(Undo)",
            run: "click",
        },
        {
            trigger: cell("Tour tier, Tour benefit request: may ask"),
        },
    ],
});

registry.category("web_tour.tours").add("scn_benefit_matrix_keyboard", {
    url: "/odoo/tiers-and-benefits",
    steps: () => [
        {
            trigger: ".o_scn_benefit_matrix input[type=search]",
            run: "edit Tour benefit",
        },
        {
            content: "Enter adds the access",
            trigger: cell("Tour tier, Tour benefit access: not included"),
            run({ anchor }) {
                anchor.focus();
            },
        },
        {
            content: "One tab stop: the cell that has the focus",
            trigger: `${cell("Tour tier, Tour benefit access: not included")}[tabindex="0"]:focus`,
            run: "press ArrowDown",
        },
        {
            content: "The arrow key moved to the counted benefit",
            trigger: `${cell("Tour tier, Tour benefit counted: 1 a year")}:focus`,
            run: "press Home",
        },
        {
            content: "Home moved to the benefit's name",
            trigger: '.o_scn_matrix_table tbody [data-column="0"]:focus',
            run: "press End",
        },
        {
            trigger: '.o_scn_matrix_table tbody tr:has([aria-label*="Tour benefit counted"]) td:last-child :focus',
        },
        {
            content: "Only the counted ones remain",
            trigger: ".o_scn_benefit_matrix .form-switch input",
            run: "click",
        },
        {
            trigger: ".o_scn_matrix_table:not(:has([aria-label*='Tour benefit access']))",
        },
        {
            content: "Nothing matches: the page says so and offers the way back",
            trigger: ".o_scn_benefit_matrix input[type=search]",
            run: "edit no such benefit",
        },
        {
            trigger: ".o_scn_benefit_matrix button:contains(Show all benefits)",
            run: "click",
        },
        {
            trigger: cell("Tour tier, Tour benefit access: not included"),
        },
    ],
});

registry.category("web_tour.tours").add("scn_benefit_matrix_refused", {
    url: "/odoo/tiers-and-benefits",
    steps: () => [
        {
            trigger: cell("Tour tier, Tour benefit counted: 1 a year"),
            run: "click",
        },
        {
            trigger: ".o_scn_benefit_count input[type=number]",
            run: "edit 3",
        },
        {
            trigger: ".o_scn_benefit_count button[type=submit]",
            run: "click",
        },
        {
            content: "The server refuses, as Odoo shows it",
            trigger: ".modal:contains(Refused by the test) .modal-footer button",
            run: "click",
        },
        {
            content: "The cell says what still holds, and there is nothing to undo",
            trigger: `body:not(:has(.o_notification_buttons)) ${cell("Tour tier, Tour benefit counted: 1 a year")}:not(.opacity-50)`,
        },
    ],
});

registry.category("web_tour.tours").add("scn_benefit_matrix_reader", {
    url: "/odoo/tiers-and-benefits",
    steps: () => [
        {
            content: "A reader sees the words, and no button to change anything",
            trigger: 'div.o_scn_matrix_cell[role=img][aria-label="Tour tier, Tour benefit counted: 1 a year"]',
        },
        {
            trigger: ".o_scn_matrix_table[aria-readonly=true]:not(:has(tbody button))",
        },
        {
            content: "The number of cities leads to the cities",
            trigger: '.o_scn_matrix_table thead button[aria-label="Tour tier: 1 city"]',
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains(Cities: Tour tier), .o_control_panel:contains(Cities: Tour tier)",
        },
        {
            trigger: ".o_kanban_record:contains(Tourville), .o_data_row:contains(Tourville)",
        },
    ],
});
