import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/**
 * The time where the reader is, below the event's own. Without JavaScript the page shows the event's time, and the
 * reader's where the server knows it from the account.
 */
export class ProgrammeTimes extends Interaction {
    static selector = ".scn_programme";

    start() {
        const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
        if (!zone) {
            return;
        }
        const lang = document.documentElement.lang || undefined;
        const day = new Intl.DateTimeFormat(lang, {
            weekday: "short",
            day: "numeric",
            month: "short",
            hour: "2-digit",
            minute: "2-digit",
            timeZone: zone,
        });
        const isElsewhere = zone !== this.el.dataset.zone;
        for (const span of this.el.querySelectorAll(".scn_reader_time")) {
            const moments = [new Date(span.dataset.begin), new Date(span.dataset.end)];
            span.textContent = day.formatRange(...moments);
            span.classList.toggle("d-none", !isElsewhere);
        }
        this.el.querySelector(".scn_reader_zone_name").textContent = zone.replaceAll("_", " ");
        this.el.querySelector(".scn_reader_zone").classList.toggle("d-none", !isElsewhere);
    }
}

registry.category("public.interactions").add("scn_events.programme_times", ProgrammeTimes);
