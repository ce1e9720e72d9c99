import { useState } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";

/**
 * Keyboard navigation of a `role="grid"`: one tab stop (roving tabindex), arrow keys, Home and End, with Ctrl
 * for the corners. Each focusable element carries `data-row` and `data-column`, both from 0.
 *
 * @param {{el: HTMLElement|null}} gridRef reference to the element with `role="grid"`
 * @param {() => {rows: number, columns: number}} getSize
 * @param {{row: number, column: number}} start first tab stop
 */
export function useGridNavigation(gridRef, getSize, start) {
    const position = useState({ ...start });

    function clamp({ row, column }) {
        const { rows, columns } = getSize();
        return {
            row: Math.min(Math.max(row, 0), rows - 1),
            column: Math.min(Math.max(column, 0), columns - 1),
        };
    }

    function getTarget(ev) {
        const { row, column } = clamp(position);
        const { rows, columns } = getSize();
        const isCorner = ev.ctrlKey || ev.metaKey;
        const forward = localization.direction === "rtl" ? -1 : 1;
        switch (ev.key) {
            case "ArrowUp":
                return { row: row - 1, column };
            case "ArrowDown":
                return { row: row + 1, column };
            case "ArrowLeft":
                return { row, column: column - forward };
            case "ArrowRight":
                return { row, column: column + forward };
            case "Home":
                return { row: isCorner ? 0 : row, column: 0 };
            case "End":
                return { row: isCorner ? rows - 1 : row, column: columns - 1 };
        }
    }

    return {
        /** Where the tab stop is. */
        get position() {
            return clamp(position);
        },
        /**
         * @param {number} row
         * @param {number} column
         * @returns {0|-1}
         */
        tabIndex(row, column) {
            const current = clamp(position);
            return current.row === row && current.column === column ? 0 : -1;
        },
        /** Put the focus on the element at a place of the grid. */
        focus(place) {
            Object.assign(position, clamp(place));
            gridRef.el
                ?.querySelector(
                    `[data-row="${position.row}"][data-column="${position.column}"]`
                )
                ?.focus();
        },
        onKeydown(ev) {
            const target = ev.target.dataset.row && !ev.altKey && getTarget(ev);
            if (target) {
                ev.preventDefault();
                this.focus(target);
            }
        },
        onFocusin(ev) {
            const { row, column } = ev.target.dataset;
            if (row) {
                Object.assign(position, { row: Number(row), column: Number(column) });
            }
        },
    };
}
