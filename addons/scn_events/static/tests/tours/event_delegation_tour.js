import { registry } from "@web/core/registry";

const seat = (name) => `.scn_participant:contains(${name})`;

registry.category("web_tour.tours").add("scn_event_delegation", {
    url: "/my",
    steps: () => [
        {
            content: "Open the city's participants",
            trigger: '.o_portal_my_home a[href="/my/city/events"]',
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Two seats, nobody named",
            trigger: 'article:contains(Tour summit):contains(2 seats) a:contains(Name and change participants)',
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#scn_name",
            run: "edit Tour Ana",
        },
        {
            trigger: "#scn_email",
            run: "edit ana@riverton.example",
        },
        {
            trigger: "#scn_name_participant button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Confirmed, and one seat left",
            trigger: `[role=status]:contains(Tour Ana has a seat)`,
        },
        {
            trigger: "h2:contains(1 of 2 seats)",
        },
        {
            content: "Somebody else comes instead",
            trigger: `${seat("Tour Ana")} .scn_swap summary`,
            run: "click",
        },
        {
            trigger: `${seat("Tour Ana")} .scn_swap input[name=name]`,
            run: "edit Tour Ben",
        },
        {
            trigger: `${seat("Tour Ana")} .scn_swap input[name=email]`,
            run: "edit ben@riverton.example",
        },
        {
            trigger: `${seat("Tour Ana")} .scn_swap button`,
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The seat is Ben's",
            trigger: `${seat("Tour Ben")}:contains(Confirmed)`,
        },
        {
            content: "Nothing is wider than the screen",
            trigger: "h2:contains(1 of 2 seats)",
            run() {
                const page = document.documentElement;
                if (page.scrollWidth > page.clientWidth) {
                    throw new Error(`The page is ${page.scrollWidth} pixels wide`);
                }
            },
        },
    ],
});
