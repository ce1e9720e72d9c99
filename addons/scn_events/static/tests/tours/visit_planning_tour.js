import { registry } from "@web/core/registry";

const post = (trigger) => ({ trigger, run: "click", expectUnloadPage: true });

/** Choose a format by its name, fill in what is given, and add it. */
const add = (format, values = {}) => [
    {
        content: `Add ${format}`,
        trigger: "#scn_format",
        run() {
            const option = [...this.anchor.options].find((one) => one.textContent.startsWith(format));
            this.anchor.value = option.value;
        },
    },
    ...Object.entries(values).map(([name, value]) => ({
        trigger: `#scn_visit_add [name=${name}]`,
        run: `edit ${value}`,
    })),
    post("#scn_visit_add button"),
    { trigger: `[role=status]:contains(${values.title || format})` },
];

registry.category("web_tour.tours").add("scn_visit_city", {
    url: "/my/city",
    steps: () => [
        post("#scn_city_appointments a[href*='/my/city/visits/']"),
        { content: "Nothing is planned", trigger: ".o_portal_wrap:contains(Nothing is planned yet), main:contains(Nothing is planned yet)" },
        ...add("Presentation", { place: "Town hall" }),
        ...add("Break"),
        ...add("Round table", { place: "Town hall" }),
        ...add("Lunch"),
        ...add("Workshop", { title: "Rental rules", place: "Town hall" }),
        {
            content: "The workshop is for one person only",
            trigger: ".scn_block:contains(Rental rules) .scn_change summary",
            run: "click",
        },
        {
            trigger: ".scn_block:contains(Rental rules) .scn_change label:contains(Ben Example)",
            run: "click",
        },
        post(".scn_block:contains(Rental rules) .scn_change button"),
        { trigger: ".o_scn_timetable:contains(Ben Example)" },
        ...add("Side visit", { place: "Cafe", minutes: "60" }),
        { content: "No way there, no break", trigger: ".o_scn_findings [data-code=transfer_missing]" },
        { trigger: ".o_scn_findings [data-code=break_missing]" },
        ...add("Break", { title: "Coffee" }),
        post(".scn_block:contains(Coffee) button[title=Earlier]"),
        { trigger: "[role=status]:contains(is moved)" },
        {
            trigger: ".scn_block:contains(Side visit) .scn_change summary",
            run: "click",
        },
        {
            trigger: ".scn_block:contains(Side visit) input[name=transfer]",
            run: "edit 20",
        },
        post(".scn_block:contains(Side visit) .scn_change button"),
        { content: "A good day", trigger: "#scn_visit_check ~ p:contains(well planned), p:contains(well planned)" },
        {
            trigger: "#scn_visit_wishes label:contains(Ana Example)",
            run: "click",
        },
        post("#scn_visit_wishes button"),
        { content: "Ana's conversation has a time", trigger: ".o_scn_timetable:contains(16:20–16:50):contains(Ana Example)" },
        {
            trigger: "#scn_comment_text",
            run: "edit Is this what you had in mind?",
        },
        post("#scn_visit_comment button"),
        { trigger: "[role=status]:contains(We have your comment)" },
        post("#scn_visit_send button"),
        { trigger: "[role=status]:contains(Version 1 is sent)" },
        post("#scn_visit_confirm button"),
        { trigger: "[role=status]:contains(You confirmed version 1)" },
        {
            content: "Nothing is wider than the screen",
            trigger: "#scn_visit_state",
            run() {
                const page = document.documentElement;
                if (page.scrollWidth > page.clientWidth) {
                    throw new Error(`The page is ${page.scrollWidth} pixels wide`);
                }
            },
        },
    ],
});

registry.category("web_tour.tours").add("scn_visit_staff", {
    steps: () => [
        {
            trigger: ".nav-link[name=programme]",
            run: "click",
        },
        { content: "What the city composed", trigger: "div[name=timetable]:contains(Rental rules):contains(Ana Example)" },
        { trigger: "div[name=findings]:contains(no place)" },
        {
            trigger: "div[name=conversation_place] input",
            run: "edit Room 2",
        },
        {
            trigger: "button[name=action_fill_conversations]",
            run: "click",
        },
        { content: "A good day", trigger: "div[name=findings]:contains(well planned)" },
        {
            trigger: ".nav-link[name=planning]",
            run: "click",
        },
        { content: "The room is new: another version is needed", trigger: "div[name=plan_state]:contains(Changed)" },
        {
            trigger: "button[name=action_send_programme]",
            run: "click",
        },
        { trigger: "div[name=plan_state]:contains(Waiting for both)" },
        {
            trigger: "div[name=plan_ids] tr:contains(2) button[name=action_confirm]",
            run: "click",
        },
        { trigger: "div[name=plan_state]:contains(Waiting for the city)" },
    ],
});

registry.category("web_tour.tours").add("scn_visit_city_confirms", {
    url: "/my/city",
    steps: () => [
        post("#scn_city_next_steps a[href*='/my/city/visits/']"),
        post("#scn_visit_confirm button:contains(Confirm version 2)"),
        { content: "Both confirmed the same one", trigger: "main:contains(Version 2 of the programme is agreed)" },
    ],
});
