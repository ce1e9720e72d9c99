import { registry } from "@web/core/registry";

/** An associate is not let in live, and finds the recording of an event that has ended by itself. */
registry.category("web_tour.tours").add("scn_event_recording", {
    url: "/my/city/events",
    steps: () => [
        {
            content: "Live is for another tier",
            trigger: "article:contains(Tour summit):contains(is for cities on the tier):contains(Partner)",
        },
        {
            content: "Back to the page of the city",
            trigger: "h1",
            run() {
                window.location = "/my/city";
            },
            expectUnloadPage: true,
        },
        {
            content: "What has ended is there",
            trigger: "#scn_city_recordings a:contains(Tour recording)",
        },
        {
            trigger: '#scn_city_recordings a[href="/my/recordings"]',
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "section:contains(Tour seminar) .scn_recording:contains(Tour recording) a:contains(Open)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It leads to where the recording is",
            trigger: "h1:contains(My registrations)",
        },
    ],
});
