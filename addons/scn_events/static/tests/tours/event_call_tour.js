import { registry } from "@web/core/registry";

const fits = () => {
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) {
        throw new Error(`The page is ${page.scrollWidth} pixels wide`);
    }
};

registry.category("web_tour.tours").add("scn_event_call_open", {
    steps: () => [
        {
            content: "From the event to its calls",
            trigger: ".scn_calls_link a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The call for organisations is open",
            trigger: ".scn_call:contains(Workshops of organisations) a.btn",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "#scn_title", run: "edit Tour repair café" },
        { trigger: "#scn_description", run: "edit What is repaired, and by whom." },
        { trigger: "#scn_name", run: "edit Tour Marta" },
        { trigger: "#scn_email", run: "edit tour.marta@commons-lab.example" },
        { trigger: "#scn_organisation", run: "edit Commons Lab" },
        {
            content: "The form fits the screen",
            trigger: ".scn_call_form",
            run: fits,
        },
        {
            trigger: ".scn_call_form button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".scn_sent:contains(Tour repair café)" },
    ],
});

registry.category("web_tour.tours").add("scn_event_call_closed", {
    steps: () => [
        {
            content: "The list says that it is closed",
            trigger: ".scn_call:contains(Workshops of organisations) .scn_refusal:contains(closed on)",
            run: fits,
        },
        {
            content: "So does its page",
            trigger: ".scn_call a:contains(Workshops of organisations)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".scn_refusal:contains(closed on)" },
        { trigger: ".o_scn_call:not(:has(.scn_call_form))" },
    ],
});
