/** How the month peaks look. */
export const PAST_STYLE = `
.mean b { font-size: 24px; font-weight: 600; margin-inline-end: 6px }
.mean span, .explained { color: var(--muted) }
.explained { font-size: 12.5px }
.peak-bars { margin: 0; padding: 0; list-style: none; position: relative; display: flex; gap: 3px; flex: 1; min-height: 170px; height: 170px; --bars: 120px; --foot: 20px }
.peak-bars::after {
  content: ""; position: absolute; left: 0; right: 0; bottom: calc(var(--foot) + var(--floor) * var(--bars));
  border-top: 1.5px dashed var(--muted); pointer-events: none; opacity: .7;
}
.peak-bars li { flex: 1; min-width: 0; max-width: 64px }
.peak-bars li > * {
  display: flex; flex-direction: column; align-items: center; justify-content: flex-end; width: 100%; height: 100%; min-height: 0;
  padding: 0; border-radius: 6px; background: none;
}
.bar { width: 100%; height: calc(var(--part) * var(--bars)); min-height: 2px; border-radius: 4px 4px 0 0; background: var(--digimon-offtake) }
.running .bar { background: repeating-linear-gradient(135deg, var(--digimon-offtake) 0 5px, transparent 5px 8px) }
.old .bar { opacity: .35 }
.value { font-size: 11px; color: var(--muted) }
.month { height: var(--foot); font-size: 12px; line-height: var(--foot) }
@media (forced-colors: active) { .bar { forced-color-adjust: none } }
`;
