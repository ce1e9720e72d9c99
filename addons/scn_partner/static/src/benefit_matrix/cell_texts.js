import { _t } from "@web/core/l10n/translation";

/**
 * One filled cell: what a tier includes of a benefit. Where there is no cell the tier does not include it.
 *
 * @typedef {Object} MatrixCell
 * @property {number} id of the `scn.grade.benefit`
 * @property {number} quantity
 * @property {"year"|"quarter"|"term"|false} per
 *
 * @typedef {{id: number, name: string, code: string, is_paid: boolean, city_count: number}} MatrixTier
 * @typedef {{id: number, name: string, code: string, kind: "access"|"counted"|"request"}} MatrixBenefit
 */

/**
 * @returns {[string, string][]} periods a counted benefit is counted in, with their labels
 */
export function getPeriods() {
    return [
        ["year", _t("a year")],
        ["quarter", _t("a quarter")],
        ["term", _t("a term")],
    ];
}

/**
 * @param {MatrixBenefit} benefit
 * @returns {string} name of the benefit's kind
 */
export function getKindText(benefit) {
    switch (benefit.kind) {
        case "counted":
            return _t("Counted");
        case "request":
            return _t("Right to ask");
        default:
            return _t("Access");
    }
}

/**
 * @param {MatrixCell} cell of a counted benefit
 * @returns {string} such as "1 a quarter"
 */
export function getCountText(cell) {
    switch (cell.per) {
        case "year":
            return _t("%(count)s a year", { count: cell.quantity });
        case "quarter":
            return _t("%(count)s a quarter", { count: cell.quantity });
        case "term":
            return _t("%(count)s a term", { count: cell.quantity });
        default:
            // The benefit became a counted one after the tier got it.
            return String(cell.quantity);
    }
}

/**
 * What a cell says, in words.
 *
 * @param {MatrixBenefit} benefit
 * @param {MatrixCell} [cell]
 * @returns {string}
 */
export function getValueText(benefit, cell) {
    if (!cell) {
        return _t("not included");
    }
    switch (benefit.kind) {
        case "counted":
            return getCountText(cell);
        case "request":
            return _t("may ask");
        default:
            return _t("included");
    }
}

/**
 * A cell with its place in the matrix, for screen readers and messages.
 *
 * @param {MatrixTier} tier
 * @param {MatrixBenefit} benefit
 * @param {MatrixCell} [cell]
 * @returns {string} such as "Partner, One-on-one session: 1 a quarter"
 */
export function getCellText(tier, benefit, cell) {
    return _t("%(tier)s, %(benefit)s: %(value)s", {
        tier: tier.name,
        benefit: benefit.name,
        value: getValueText(benefit, cell),
    });
}

/**
 * @param {MatrixTier} tier
 * @returns {string} such as "16 cities"
 */
export function getCitiesText(tier) {
    return tier.city_count === 1
        ? _t("1 city")
        : _t("%(count)s cities", { count: tier.city_count });
}
