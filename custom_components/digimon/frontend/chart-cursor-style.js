/** How the reading beside the chart's cursor looks. */
export const CURSOR_STYLE = `
.reading {
  position: absolute; top: 0; left: 0; padding: 5px 9px; pointer-events: none; white-space: nowrap;
  color: var(--text); background: var(--paper); border: 1px solid var(--rule); border-radius: 8px;
  box-shadow: 0 3px 12px #0003;
}
.reading strong, .reading span { display: block }
.reading .key { display: inline-block; margin-inline-end: 6px }
`;
