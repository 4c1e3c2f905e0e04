/**
 * How the chart looks. Its colours are those of the page around it, or of Home Assistant's theme, where these have any;
 * `--digimon-…` sets them apart.
 */
export const CHART_STYLE = `
:host {
  --text: var(--digimon-text, var(--primary-text-color, var(--ink)));
  --muted: var(--digimon-muted, var(--secondary-text-color, var(--pencil)));
  --paper: var(--digimon-paper, var(--card-background-color, var(--sheet)));
  --rule: var(--digimon-rule, var(--divider-color, var(--hair)));
  --offtake: var(--digimon-offtake, var(--amber));
  --over: var(--digimon-over, var(--red));
  --injection: var(--digimon-injection, var(--green));
  --average: var(--digimon-average, var(--blue));
  --peak: var(--digimon-peak, var(--plum));
  --target: var(--digimon-target, var(--violet));
  --ink: #18222d; --pencil: #5a6775; --sheet: #fff; --hair: #dfe4ea; --amber: #e8771a; --red: #c92a2a; --green: #12936b;
  --blue: #1f5fd1; --plum: #b3155c; --violet: #6b4fc4;
  position: relative;
  display: flex;
  flex-direction: column;
  height: 320px;
  color: var(--text);
  font: 12px/1.35 var(--digimon-font, system-ui, sans-serif);
  font-variant-numeric: tabular-nums;
}
@media (prefers-color-scheme: dark) {
  :host {
    --ink: #e7edf3; --pencil: #9aa8b7; --sheet: #171f29; --hair: #2b3643; --amber: #ff9d4d; --red: #ff6b6b;
    --green: #34d3a2; --blue: #82b1ff; --plum: #ff7db1; --violet: #b8a2ff;
  }
}
:host([hidden]), [hidden] { display: none !important }
.plot { position: relative; flex: 1; min-height: 0; touch-action: pan-y; border-radius: 6px; outline-offset: 2px }
.plot:focus-visible { outline: 2px solid var(--average) }
.day .plot { cursor: pointer }
svg, .labels, .empty, .label::before { position: absolute; inset: 0 }
svg { width: 100%; height: 100%; overflow: visible }
text { fill: var(--muted); font-size: 12px }
.levels text { text-anchor: end }
.times text { text-anchor: middle }
.grid { stroke: var(--rule) }
.zero { stroke: var(--muted) }
.offtake { fill: var(--offtake) }
.over { fill: var(--over) }
.injection { fill: var(--injection) }
.most { opacity: .32 }
.gaps { fill: var(--muted); opacity: .16 }
.running { fill: var(--offtake); animation: breathe 2.5s ease-in-out infinite }
.average, .rest, .peak, .target { fill: none; stroke-width: 2 }
.average, .rest { stroke: var(--average) }
.rest { stroke-dasharray: 1 5; stroke-linecap: round }
.peak { stroke: var(--peak); stroke-dasharray: 7 4; stroke-width: 1.5 }
.target { stroke: var(--target); stroke-dasharray: 3 3; stroke-width: 1.5 }
.cursor { stroke: var(--text); stroke-opacity: .7 }
.label {
  position: absolute; top: 0; padding: 0 6px; border-radius: 5px; font-weight: 600; line-height: 18px; white-space: nowrap;
  pointer-events: none; z-index: 0;
}
.label::before { content: ""; z-index: -1; border-radius: 5px; background: var(--paper); opacity: .82 }
.label.average { right: 8px; color: var(--average) }
.label.peak, .label.far { color: var(--peak) }
.label.target { color: var(--target) }
.empty { display: grid; place-items: center; color: var(--muted); font-size: 14px }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 4px 0 0; padding: 0; list-style: none; color: var(--muted) }
.key { display: inline-block; width: 10px; height: 10px; margin-inline-end: 5px; border-radius: 2px; background: var(--muted) }
.key.offtake, .key.most, .key.dayPeak { background: var(--offtake) }
.key.injection { background: var(--injection) }
.key.most { opacity: .4 }
.key.gap { opacity: .3 }
.unseen { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%) }
@keyframes breathe { 50% { opacity: .45 } }
@media (prefers-reduced-motion: reduce) { .running { animation: none } }
@media (forced-colors: active) {
  .offtake, .running { fill: Highlight } .injection { fill: LinkText } .over { fill: Mark }
  .average, .rest, .peak, .target, .cursor, .zero { stroke: CanvasText }
  text { fill: CanvasText !important; stroke: Canvas !important }
  .key { forced-color-adjust: none }
}
`;
