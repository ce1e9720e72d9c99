import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const fits = {
    content: "Nothing is wider than the screen",
    trigger: "#wrap h1",
    run() {
        if (document.documentElement.scrollWidth > window.innerWidth) {
            throw new Error(`${document.documentElement.scrollWidth} pixels on ${window.innerWidth}`);
        }
    },
};

tours.add("scn_city_first_sign_in", {
    steps: () => [
        {
            content: "The link of the mail asks for a password",
            trigger: 'form.oe_signup_form input[name="password"]',
            run: "edit a-long-password-1",
        },
        { trigger: 'form.oe_signup_form input[name="confirm_password"]', run: "edit a-long-password-1" },
        {
            trigger: 'form.oe_signup_form button[type="submit"]',
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The page of the city, with its person",
            trigger: "#scn_city_blocks #scn_city_people li:contains(Tour Ida)",
        },
        { trigger: "#scn_city_next_steps h2" },
        fits,
    ],
});

tours.add("scn_city_replaces_colleague", {
    steps: () => [
        {
            content: "From the page of the city to its people",
            trigger: "#scn_city_people a.btn",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".scn_person:contains(Tour Press) .scn_remove summary", run: "click" },
        {
            content: "Asked once more before the access ends",
            trigger: ".scn_person:contains(Tour Press) .scn_remove button",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".alert-success:contains(Tour Press)" },
        { trigger: "#wrap:not(:has(.scn_person:contains(Tour Press)))" },
        { trigger: "#scn_colleague_name", run: "edit Tour Next" },
        { trigger: "#scn_colleague_email", run: "edit next@tour-hillford.example" },
        { trigger: "#scn_colleague_role", run: "select communication" },
        { trigger: "#scn_invite button", run: "click", expectUnloadPage: true },
        {
            content: "The colleague stands among the people, invited",
            trigger: ".scn_person:contains(Tour Next) .scn_resend",
        },
        fits,
    ],
});

tours.add("scn_city_finds_invoice", {
    steps: () => [
        {
            content: "Open “Our city” from the home page",
            trigger: '.o_portal_my_home a[href$="/my/city"]',
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "What is to pay stands on top",
            trigger: '#scn_city_next_steps li a[href*="/my/city/invoice/"]',
        },
        {
            content: "And among the invoices",
            trigger: '#scn_city_invoices li a[href*="/my/city/invoice/"]',
        },
        {
            content: "Nothing is offered that finance may not do",
            trigger: "#wrap:not(:has(#scn_invite))",
        },
        fits,
    ],
});
