import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useSpecialData } from "@web/views/fields/relational_utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * The whole ladder of tiers at a glance, with the one a city holds. Read-only: a tier follows from what the city
 * joined. The tiers are read once per page, not per record.
 */
export class LadderField extends Component {
    static template = "scn_partner.LadderField";
    static props = { ...standardFieldProps };

    setup() {
        this.tiers = useSpecialData((orm, props) =>
            orm.searchRead(
                props.record.fields[props.name].relation,
                [["code", "!=", false]],
                ["name", "is_paid"],
                { order: "rank, id" }
            )
        );
    }

    get held() {
        return this.props.record.data[this.props.name];
    }

    /**
     * @returns {{id: number, name: string, isPaid: boolean, isHeld: boolean, isFilled: boolean, text: string}[]}
     *  steps from low to high
     */
    get steps() {
        const tiers = Array.isArray(this.tiers.data) ? this.tiers.data : [];
        const heldIndex = tiers.findIndex((tier) => tier.id === this.held?.id);
        return tiers.map((tier, index) => ({
            id: tier.id,
            name: tier.name,
            isPaid: tier.is_paid,
            isHeld: index === heldIndex,
            isFilled: index <= heldIndex,
            text: this.getStepText(index, heldIndex),
        }));
    }

    getStepText(index, heldIndex) {
        if (index === heldIndex) {
            return _t("current tier");
        }
        return index < heldIndex ? _t("below the current tier") : _t("not held");
    }

    /** A held level that is no step of the ladder: archived, or one of the database's own. */
    get otherLevel() {
        const isStep = this.steps.some((step) => step.isHeld);
        return this.held && !isStep ? this.held.display_name : "";
    }

    get label() {
        return this.held
            ? _t("Ladder of tiers. Current tier: %(tier)s", { tier: this.held.display_name })
            : _t("Ladder of tiers. No tier yet.");
    }
}

export const ladderField = {
    component: LadderField,
    displayName: _t("Ladder of tiers"),
    supportedTypes: ["many2one"],
};

registry.category("fields").add("scn_ladder", ladderField);
