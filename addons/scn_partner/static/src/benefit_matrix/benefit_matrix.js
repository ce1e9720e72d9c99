import { Component, onWillStart, onWillUnmount, useRef, useState } from "@odoo/owl";
import { CheckBox } from "@web/core/checkbox/checkbox";
import { _t } from "@web/core/l10n/translation";
import { normalize } from "@web/core/l10n/utils";
import { RPCError } from "@web/core/network/rpc";
import { usePopover } from "@web/core/popover/popover_hook";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { BenefitCountPopover } from "./benefit_count_popover";
import { getCellText, getCitiesText, getCountText, getKindText } from "./cell_texts";
import { useGridNavigation } from "./grid_navigation";

const LINE_MODEL = "scn.grade.benefit";
/** Rows above the benefits: the tiers and their numbers of cities. */
const HEADER_ROWS = 2;

/**
 * Tiers × benefits at a glance. Managers change a cell in place, one server call a change; everybody else reads.
 */
export class BenefitMatrix extends Component {
    static template = "scn_partner.BenefitMatrix";
    static components = { CheckBox, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.popover = usePopover(BenefitCountPopover, { position: "bottom" });
        this.texts = { getCellText, getCitiesText, getCountText, getKindText };
        this.headerRows = HEADER_ROWS;
        this.display = { controlPanel: {} };
        this.state = useState({
            editable: false,
            tiers: [],
            benefits: [],
            cells: {},
            saving: {},
            filter: "",
            countedOnly: false,
            ...this.props.state?.filters,
        });
        this.navigation = useGridNavigation(
            useRef("grid"),
            () => ({
                rows: this.visibleBenefits.length + HEADER_ROWS,
                columns: this.state.tiers.length + 1,
            }),
            this.props.state?.position || { row: HEADER_ROWS, column: 1 }
        );
        useSetupAction({
            getLocalState: () => ({
                filters: { filter: this.state.filter, countedOnly: this.state.countedOnly },
                position: this.navigation.position,
            }),
        });
        onWillStart(() => this.load());
        onWillUnmount(() => this.forgetUndo());
    }

    /** Read the whole matrix again. */
    async load() {
        const { cells, ...matrix } = await this.orm.call("scn.benefit", "get_matrix", []);
        Object.assign(this.state, matrix, {
            cells: Object.fromEntries(
                cells.map((cell) => [
                    `${cell.grade_id},${cell.benefit_id}`,
                    { id: cell.id, quantity: cell.quantity, per: cell.per },
                ])
            ),
        });
    }

    get isEmpty() {
        return !this.state.tiers.length || !this.state.benefits.length;
    }

    get visibleBenefits() {
        const wanted = normalize(this.state.filter.trim());
        return this.state.benefits.filter(
            (benefit) =>
                (!this.state.countedOnly || benefit.kind === "counted") &&
                normalize(benefit.name).includes(wanted)
        );
    }

    get resultText() {
        return _t("%(shown)s of %(all)s benefits shown", {
            shown: this.visibleBenefits.length,
            all: this.state.benefits.length,
        });
    }

    getCell(tier, benefit) {
        return this.state.cells[`${tier.id},${benefit.id}`];
    }

    isSaving(tier, benefit) {
        return Boolean(this.state.saving[`${tier.id},${benefit.id}`]);
    }

    clearFilter() {
        Object.assign(this.state, { filter: "", countedOnly: false });
    }

    //--------------------------------------------------------------------------
    // Changing a cell
    //--------------------------------------------------------------------------

    onCellClick(ev, tier, benefit) {
        const cell = this.getCell(tier, benefit);
        if (benefit.kind !== "counted") {
            return this.changeCell(tier, benefit, cell ? null : { quantity: 1, per: false });
        }
        this.popover.open(ev.currentTarget, {
            title: _t("%(tier)s: %(benefit)s", { tier: tier.name, benefit: benefit.name }),
            quantity: cell?.quantity || 1,
            per: cell?.per || "year",
            isIncluded: Boolean(cell),
            onSave: (values) => this.changeCell(tier, benefit, values),
            onRemove: () => this.changeCell(tier, benefit, null),
        });
    }

    /**
     * Save one cell and offer to undo it. The cell shows the new value once the server has it, so a refusal,
     * which Odoo shows in its own dialog, leaves it as it was.
     *
     * @param {import("./cell_texts").MatrixTier} tier
     * @param {import("./cell_texts").MatrixBenefit} benefit
     * @param {{quantity: number, per: string|false}|null} values null takes the benefit away from the tier
     * @param {boolean} [isUndo=false]
     */
    async changeCell(tier, benefit, values, isUndo = false) {
        const key = `${tier.id},${benefit.id}`;
        const before = this.state.cells[key];
        const isSame = before
            ? values && before.quantity === values.quantity && before.per === values.per
            : !values;
        if (this.state.saving[key] || isSame) {
            return;
        }
        this.forgetUndo();
        this.state.saving[key] = true;
        try {
            const cell = await this.saveCell(tier, benefit, before, values);
            if (cell) {
                this.state.cells[key] = cell;
            } else {
                delete this.state.cells[key];
            }
        } catch (error) {
            if (error instanceof RPCError) {
                // Somebody else may have changed the same cell: show what holds now.
                await this.load();
            }
            throw error;
        } finally {
            delete this.state.saving[key];
        }
        this.notify(tier, benefit, before, isUndo);
    }

    async saveCell(tier, benefit, before, values) {
        if (!values) {
            await this.orm.unlink(LINE_MODEL, [before.id]);
            return null;
        }
        if (before) {
            await this.orm.write(LINE_MODEL, [before.id], values);
            return { id: before.id, ...values };
        }
        const [id] = await this.orm.create(LINE_MODEL, [
            { grade_id: tier.id, benefit_id: benefit.id, ...values },
        ]);
        return { id, ...values };
    }

    notify(tier, benefit, before, isUndo) {
        const text = getCellText(tier, benefit, this.getCell(tier, benefit));
        if (isUndo) {
            this.notification.add(text, { title: _t("Undone"), type: "info" });
            return;
        }
        const values = before ? { quantity: before.quantity, per: before.per } : null;
        this.undo = () => this.undoChange(tier, benefit, values);
        this.closeUndo = this.notification.add(text, {
            type: "success",
            buttons: [{ name: _t("Undo"), icon: "fa-undo", onClick: () => this.undo?.() }],
        });
    }

    undoChange(tier, benefit, values) {
        this.forgetUndo();
        const row = this.visibleBenefits.indexOf(benefit);
        if (row >= 0) {
            this.navigation.focus({
                row: row + HEADER_ROWS,
                column: this.state.tiers.indexOf(tier) + 1,
            });
        }
        return this.changeCell(tier, benefit, values, true);
    }

    forgetUndo() {
        this.closeUndo?.();
        this.closeUndo = this.undo = null;
    }

    onGridKeydown(ev) {
        if ((ev.ctrlKey || ev.metaKey) && !ev.shiftKey && ev.key.toLowerCase() === "z" && this.undo) {
            ev.preventDefault();
            this.undo();
            return;
        }
        this.navigation.onKeydown(ev);
    }

    //--------------------------------------------------------------------------
    // Going elsewhere
    //--------------------------------------------------------------------------

    async openCities(tier) {
        this.action.doAction(
            await this.orm.call("res.partner.grade", "action_view_cities", [[tier.id]])
        );
    }

    /**
     * @param {string} model
     * @param {number} [id] nothing for a new record
     */
    openForm(model, id) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    openTiers() {
        return this.action.doAction("scn_partner.res_partner_grade_action_tiers");
    }

    openBenefits() {
        return this.action.doAction("scn_partner.scn_benefit_action");
    }
}

registry.category("actions").add("scn_benefit_matrix", BenefitMatrix);
