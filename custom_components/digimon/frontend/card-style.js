/** How the card looks: colours, corners and letters are those of Home Assistant's theme. */
export const CARD_STYLE = `
:host {
  display: block; height: 100%; direction: ltr;
  --offtake: #b8560a; --injection: #0c7d5a; --tone: var(--success-color, #12936b);
  --muted: var(--secondary-text-color);
  --digimon-offtake: #e8771a; --digimon-injection: #12936b; --digimon-average: #1f5fd1; --digimon-peak: #b3155c;
  --digimon-target: #6b4fc4; --digimon-over: #c92a2a;
  --digimon-font: var(--ha-font-family-body, inherit);
}
:host(.dark) {
  --digimon-offtake: #ff9d4d; --digimon-injection: #34d3a2; --digimon-average: #82b1ff; --digimon-peak: #ff7db1;
  --digimon-target: #b8a2ff; --digimon-over: #ff6b6b; --offtake: #ff9d4d; --injection: #34d3a2;
}
* { box-sizing: border-box }
[hidden] { display: none !important }
ha-card {
  display: flex; flex-direction: column; gap: 12px; height: 100%; padding: 16px; overflow: hidden;
  color: var(--primary-text-color); font-variant-numeric: tabular-nums; container-type: inline-size;
}
h2, p, dl, dd { margin: 0; padding: 0; font-weight: inherit }
button {
  font: inherit; color: inherit; min-height: 40px; padding: 0 10px; border: 0; border-radius: 10px;
  background: color-mix(in srgb, var(--primary-text-color) 5%, transparent); cursor: pointer; touch-action: manipulation;
}
button:hover { background: color-mix(in srgb, var(--primary-text-color) 11%, transparent) }
[aria-disabled=true] { opacity: .38; pointer-events: none }
:focus-visible { outline: 2px solid var(--primary-color); outline-offset: 2px }
#heading { font-size: var(--ha-card-header-font-size, 20px) }
.way { display: flex; align-items: center; gap: 6px }
.way button { flex: none; width: 40px; display: grid; place-items: center }
.where { flex: 1; min-width: 0; text-align: center }
#kind { font-size: 12px; font-weight: 600; color: var(--muted) }
.live #kind::before, #risk::before { content: ""; flex: none; display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: var(--tone) }
.live #kind::before { margin-inline-end: 6px; animation: pulse 2s infinite }
:host(.lost) #kind::before { content: none }
@keyframes pulse { 50% { opacity: .35 } }
#title { font-size: 18px; line-height: 1.25; font-weight: 600 }
#subtitle { font-size: 13px; color: var(--muted) }
svg { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; width: 20px; height: 20px }
#stats { display: grid; grid-template-columns: repeat(4, auto); justify-content: space-between; gap: 6px 14px; align-items: end }
#stats div { min-width: 0 }
dt { font-size: 12px; color: var(--muted); overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
#stats dd { font-size: 17px; font-weight: 600; white-space: nowrap }
#stats div:first-child dd { font-size: 28px; line-height: 1.15 }
.offtake dd { color: var(--offtake) }
.injection dd { color: var(--injection) }
.watch { --tone: var(--warning-color, #b26a00) }
.high, .certain { --tone: var(--error-color, #c92a2a) }
.watch dd, .high dd, .certain dd { color: var(--tone) }
#risk { display: flex; align-items: center; gap: 8px; padding: 8px 12px; border-radius: 10px; font-size: 14px;
  background: color-mix(in srgb, var(--tone) 14%, transparent) }
#risk b { font-weight: 600 }
#risk small { display: inline-block; font-size: 13px }
digimon-quarter-chart { flex: 1 230px; min-height: 190px; transition: opacity .2s }
.loading digimon-quarter-chart { opacity: .45 }
#note { font-size: 13px; color: var(--muted); text-align: center }
#stats:empty, #note:empty { display: none }
.tools { display: flex; flex-wrap: wrap; gap: 6px }
.tools button { flex: auto; font-size: 14px }
.tools [aria-pressed=true] { font-weight: 600; background: color-mix(in srgb, var(--primary-color) 22%, transparent); box-shadow: inset 0 -2px var(--primary-color) }
@container (max-width: 420px) {
  .way { flex-wrap: wrap }
  .where { order: -1; flex: 1 0 100% }
  .way button { flex: 1 }
  #stats { grid-template-columns: repeat(3, auto) }
  #stats div:first-child { grid-column: 1 / -1 }
  #stats dd { font-size: 16px }
}
@container (max-width: 240px) { #stats { display: block } }
@media (prefers-reduced-motion: reduce) { *, ::before { animation: none !important; transition: none !important } }
`;
