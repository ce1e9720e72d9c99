import { registry } from "@web/core/registry";

const card = (title) => `section:has(h2:contains(${title}))`;

registry.category("web_tour.tours").add("scn_partnership_city_page", {
    url: "/my",
    steps: () => [
        {
            content: "Its icon is as small as the others",
            trigger: '.o_portal_my_home a[href="/my/city"] img',
            async run({ anchor }) {
                await anchor.decode();
                if (anchor.getBoundingClientRect().width > 80) {
                    throw new Error(`The icon is ${anchor.getBoundingClientRect().width} pixels wide`);
                }
            },
        },
        {
            content: "Open “Our city”",
            trigger: '.o_portal_my_home a[href="/my/city"]:contains(Our city)',
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The city's name and tier",
            trigger: "h1:contains(Tour Riverton)",
        },
        {
            trigger: `${card("Your place in the network")}:contains(Partner):contains(Your term runs until)`,
        },
        {
            content: "What is included, and how much of it is left",
            trigger: `${card("Included in your partnership")} li:contains(One-on-one session):contains(1 of 1 left until)`,
        },
        {
            trigger: `${card("Included in your partnership")} li:contains(Online seminars, live)`,
        },
        {
            content: "The invoice, to pay",
            trigger: `${card("Invoices")} li:contains(INV):contains(998.00):contains(To pay by) a[href^="/my/city/invoice/"]`,
        },
        {
            content: "The people of the city",
            trigger: `${card("Your city's contacts")} li:contains(Tour Mira)`,
        },
        {
            content: "The breadcrumb names this page, and no invoice",
            trigger: ".o_portal_submenu:contains(Our city):not(:contains(INV))",
        },
        {
            content: "Nothing is wider than its place",
            trigger: "h1:contains(Tour Riverton)",
            run() {
                for (const place of document.querySelectorAll("html, .o_scn_city_page li")) {
                    if (place.scrollWidth > place.clientWidth) {
                        throw new Error(`Too wide: ${place.textContent}`);
                    }
                }
            },
        },
    ],
});
