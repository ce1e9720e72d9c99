import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function nothingIsWider() {
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth) {
        throw new Error("The page is wider than the screen");
    }
}

tours.add("scn_declaration_city_joins", {
    steps: () => [
        {
            content: "The link has opened the text, and the code has left the address",
            trigger: "h1:contains(Join the Declaration for Riverton)",
            run() {
                if (window.location.hash || window.location.search) {
                    throw new Error(`The code is still in the address: ${window.location}`);
                }
                nothingIsWider();
            },
        },
        {
            content: "Read it in Spanish",
            trigger: ".o_scn_languages button:contains(Español)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "#scn_act_text:contains(Declaration es_ES)" },
        { trigger: "#scn_act_how_provisional", run: "click" },
        { trigger: "#scn_act_body", run: "edit City council" },
        {
            content: "The council decides in two months",
            trigger: "#scn_act_ratify_before",
            run({ anchor }) {
                const day = new Date(Date.now() + 60 * 24 * 3600 * 1000);
                anchor.value = day.toISOString().slice(0, 10);
            },
        },
        { trigger: "#scn_act_agrees", run: "click" },
        {
            content: "Consent is not ticked",
            trigger: "#scn_act_publish_name:not(:checked)",
        },
        { trigger: "#scn_act_submit", run: "click", expectUnloadPage: true },
        {
            content: "What was done, and what is next",
            trigger: "#scn_act_done:contains(Riverton joined the Declaration provisionally)",
            run: nothingIsWider,
        },
        {
            trigger: "#scn_act_done a:contains(See the public register)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The register does not learn where the reader came from",
            trigger: "h2:contains(Who has joined, today)",
            run() {
                if (document.referrer) {
                    throw new Error(`The act page was passed on: ${document.referrer}`);
                }
            },
        },
        {
            content: "Control: an ordinary page of ours is passed on",
            trigger: 'a[href="/declaration/check"]',
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "h1:contains(Check a certificate)",
            run() {
                if (!document.referrer.includes("/declaration")) {
                    throw new Error("This browser passes nothing on at all");
                }
            },
        },
    ],
});

tours.add("scn_declaration_city_confirms", {
    steps: () => [
        { trigger: "h1:contains(Confirm the decision of your council)", run: nothingIsWider },
        { trigger: "#scn_act_agrees", run: "click" },
        { trigger: "#scn_act_publish_name", run: "click" },
        { trigger: "#scn_act_submit", run: "click", expectUnloadPage: true },
        { trigger: "#scn_act_done:contains(Riverton has joined the Declaration)" },
    ],
});

tours.add("scn_declaration_register", {
    steps: () => [
        {
            content: "Today",
            trigger: "#scn_joined:contains(1)",
            run: nothingIsWider,
        },
        { trigger: ".o_scn_register_list th:contains(Riverton)" },
        {
            content: "The map and its points are there",
            trigger: ".o_scn_map object",
            async run({ anchor }) {
                const answer = await fetch(anchor.data);
                const points = (await answer.text()).split("<circle").length - 1;
                if (points !== 1 || anchor.getBoundingClientRect().height < 50) {
                    throw new Error(`${points} points on the map`);
                }
            },
        },
        {
            content: "As of a day on which nobody had joined",
            trigger: "#scn_on",
            run({ anchor }) {
                anchor.value = "2018-09-25";
            },
        },
        { trigger: ".o_scn_register_form button", run: "click", expectUnloadPage: true },
        { trigger: "h2:contains(Who had joined on)" },
        { trigger: "#scn_joined:contains(0)" },
        { trigger: "#scn_validation:contains(1)" },
        {
            content: "And as of a day on which it had",
            trigger: "#scn_on",
            run({ anchor }) {
                anchor.value = "2018-11-16";
            },
        },
        { trigger: "#scn_search", run: "edit river" },
        { trigger: ".o_scn_register_form button", run: "click", expectUnloadPage: true },
        { trigger: ".o_scn_register_list th:contains(Riverton)" },
        {
            content: "A late entry says so",
            trigger: ".o_scn_register_list td:contains(Entered in the register on)",
            run: nothingIsWider,
        },
        {
            content: "The text can be read",
            trigger: ".o_scn_register_text summary",
            run: "click",
        },
        { trigger: ".o_scn_register_text h3:contains(1. Article 1)" },
    ],
});
