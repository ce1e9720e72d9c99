import { registry } from "@web/core/registry";

const card = (title) => `section:has(h2:contains(${title}))`;

registry.category("web_tour.tours").add("scn_partnership_city_page", {
    url: "/my",
    steps: () => [
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
            content: "Nothing is wider than the screen",
            trigger: "h1:contains(Tour Riverton)",
            run() {
                const page = document.documentElement;
                if (page.scrollWidth > page.clientWidth) {
                    throw new Error(`The page is ${page.scrollWidth} wide on a screen of ${page.clientWidth}`);
                }
            },
        },
    ],
});
