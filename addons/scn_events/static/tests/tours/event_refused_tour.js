import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("scn_event_refused", {
    steps: () => [
        {
            content: "The page says why, and which tier would do",
            trigger: ".scn_refusal:visible:contains(is for cities on the tier):contains(Partner):contains(Associate partner)",
        },
        {
            content: "There is nothing to fill in",
            trigger: "#o_wevent_event_main:not(:has(button[data-bs-target='#modal_ticket_registration']))",
        },
        {
            content: "The way to the own city",
            trigger: '.scn_refusal:visible a[href="/my/city"]',
        },
    ],
});
