import { Component, useState } from "@odoo/owl";
import { useAutofocus } from "@web/core/utils/hooks";
import { getPeriods } from "./cell_texts";

/** Asks how many of a counted benefit a tier includes, and per what. */
export class BenefitCountPopover extends Component {
    static template = "scn_partner.BenefitCountPopover";
    static props = {
        close: Function,
        title: String,
        quantity: Number,
        per: String,
        isIncluded: Boolean,
        onSave: Function,
        onRemove: Function,
    };

    setup() {
        this.periods = getPeriods();
        this.state = useState({ quantity: this.props.quantity, per: this.props.per, isInvalid: false });
        useAutofocus({ refName: "quantity", selectAll: true });
    }

    onSubmit() {
        const quantity = Number(this.state.quantity);
        this.state.isInvalid = !Number.isInteger(quantity) || quantity < 1;
        if (!this.state.isInvalid) {
            this.props.close();
            this.props.onSave({ quantity, per: this.state.per });
        }
    }

    onRemove() {
        this.props.close();
        this.props.onRemove();
    }
}
