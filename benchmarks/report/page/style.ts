import type { SubjectRow } from "../results.js";
import { colorDeclarations } from "./palette.js";

const LIGHT = `--page:#fcfbf8;--panel:#fff;--ink:#191c20;--muted:#5b626c;--rule:#dfdcd4;--bad:#b3261e;--good:#1b6e3c;
--found:#e4f2e9;--missed:#fbe3df;--partial:#fdf0cf;--flag:#8a5a00;--accent:#c24e00;`;
const DARK = `--page:#0e1116;--panel:#151a21;--ink:#e9ebee;--muted:#a0a8b4;--rule:#2b323c;--bad:#ff8a80;--good:#7ddba3;
--found:#12291d;--missed:#3a1a1a;--partial:#352a10;--flag:#f2c14e;--accent:#ff8c42;`;

/** Colours of both backgrounds, of pages and of pictures alone. */
export function themeStyle(subjects: readonly SubjectRow[], root: ":root" | "svg"): string {
  return `${root}{color-scheme:light dark;color:var(--ink);${LIGHT}${colorDeclarations(subjects, "light")}}
@media (prefers-color-scheme:dark){${root}{${DARK}${colorDeclarations(subjects, "dark")}}}`;
}

/** Whoever is chosen in the legend stands out everywhere, without a script. */
export function highlightStyle(subjects: readonly SubjectRow[]): string {
  return subjects
    .map(
      (_, index) => `body:has(#highlight-${index}:checked){
& svg g[class^="subject-"]:not(.subject-${index}){opacity:.1}
& svg g.predicted{opacity:0}
& svg g.subject-${index}[aria-label=rect]{fill-opacity:.2}
& table [class*="subject-"]:not(.subject-${index}){opacity:.35}}`,
    )
    .join("\n");
}

/** The page's own style: small, no fonts to load, phones first. */
export const PAGE_STYLE = `*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;-webkit-text-size-adjust:100%}
main,header{max-width:1180px;margin:0 auto;padding:0 16px}
header{padding-top:48px}
h1{font-size:clamp(2rem,6vw,3.6rem);line-height:1.05;letter-spacing:-.03em;margin:0 0 12px;text-wrap:balance}
h2{font-size:clamp(1.35rem,3vw,1.8rem);letter-spacing:-.015em;line-height:1.2;margin:72px 0 6px;text-wrap:balance}
h3{margin:36px 0 14px;font-size:1.1rem}
h4{margin:24px 0 6px;font-size:1rem}
.map{max-width:460px}
h2+p,.lead{color:var(--muted);max-width:68ch;margin:0 0 20px}
.lead{font-size:1.15rem}
a{color:inherit}
svg{display:block;max-width:100%;height:auto}
svg text{white-space:pre;paint-order:stroke}
figure{margin:0;min-width:0}
figcaption{font-weight:600;line-height:1.3;margin:0 0 6px}
figcaption small{display:block;font-size:.88rem}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,310px),1fr));gap:32px 28px}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:36px 40px}
.ladders{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,262px),1fr));gap:32px 20px}
div.narrow{display:none}
@media (max-width:720px){div.wide{display:none}div.narrow{display:block}}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,240px),1fr));gap:1px;background:var(--rule);border-block:1px solid var(--rule);margin:32px 0 0;list-style:none;padding:0}
.cards li{background:var(--page);padding:18px}
.cards li:first-child{padding-left:0}
@media (max-width:720px){.cards li{padding-inline:0}}
.cards b{display:block;font-size:2rem;line-height:1.15;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.cards span{color:var(--muted);font-size:.95rem}
.answer{margin:28px 0 0;padding:0;list-style:none;max-width:80ch}
.answer li{margin:.5em 0}
.legend{min-width:0;position:sticky;top:0;z-index:3;border:0;margin:28px 0 0;padding:8px 0;background:var(--page);display:flex;gap:4px 6px;overflow-x:auto;scrollbar-width:thin;border-bottom:1px solid var(--rule)}
.legend legend{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.legend label{flex:none;display:flex;align-items:center;gap:6px;padding:4px 10px;border:1px solid transparent;border-radius:99px;font-size:.86rem;cursor:pointer;white-space:nowrap}
.legend label:hover{border-color:var(--rule)}
.legend label:has(:checked){border-color:currentColor}
.legend label:has(:focus-visible),.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
.legend input{position:absolute;opacity:0;width:1px;height:1px}
@media (min-width:1000px){.legend{flex-wrap:wrap}}
.scroll{overflow-x:auto;scrollbar-width:thin;border:1px solid var(--rule);border-radius:8px;background:var(--panel)}
.multiples+.scroll{margin-top:28px}
.bleed{margin-inline:calc((100% - min(100vw - 32px,1460px))/2)}
.reasons{min-width:860px}
@media (max-width:720px){.reasons th,.reasons td{padding-block:6px}}
.matrix td.predicted{white-space:normal;font-size:.8rem}
.note+.scroll,.note+.map{margin-top:12px}
.roomy thead th{white-space:normal}
.roomy th[scope=row]{min-width:190px}
table{border-collapse:collapse;width:100%;font-size:.86rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:8px 12px;color:var(--muted);font-size:.84rem;position:sticky;left:0}
th,td{padding:8px 12px;border-top:1px solid var(--rule);text-align:left;vertical-align:top}
thead th{vertical-align:bottom;font-weight:600}
th[scope=row]{font-weight:600}
.number{text-align:right;white-space:nowrap}
.matrix td{text-align:right;white-space:nowrap;border-left:2px solid var(--panel)}
.matrix td,.matrix thead th{padding-inline:2px 3px}
.matrix thead th{text-align:right;font-size:.74rem;line-height:1.25}
.matrix thead th,.matrix td{min-width:56px}
.matrix small{font-size:.7rem;letter-spacing:-.03em}
.matrix thead th:first-child{text-align:left}
.matrix th:first-child{position:sticky;left:0;z-index:1;background:var(--panel);min-width:98px;max-width:170px;line-height:1.3}
@media (max-width:720px){.matrix th:first-child{min-width:112px;max-width:124px;font-size:.8rem}}
.matrix small,.matrix b,th small,.roomy small{display:block}
small{font-weight:400;color:var(--muted);font-size:.78rem}
small.good{color:var(--good)}small.bad{color:var(--bad)}
.matrix b{font-size:.84rem}
.found{background:var(--found)}.missed-cell{background:var(--missed)}.partial{background:var(--partial)}
.missed-cell b,td.missed-cell{color:var(--bad)}
.none{color:var(--muted)}
.total th,.total td{border-top:2px solid currentColor}
.flag{color:var(--flag);font-weight:700;text-decoration:none;border:1px solid currentColor;border-radius:4px;padding:0 4px}
abbr{text-decoration:none;cursor:help}
.missed,.note{color:var(--muted);font-size:.88rem;margin:6px 0 0}
.bad{color:var(--bad)}.good{color:var(--good)}
.claims{margin:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:16px}
.claim{border:1px solid var(--rule);border-left:5px solid var(--muted);border-radius:8px;padding:14px 16px;background:var(--panel)}
.claim dt{font-weight:600;font-size:1.05rem;line-height:1.3}
.claim dd{margin:8px 0 0;font-size:.92rem}
.claim strong{margin-right:.3em}
.claim.true{border-left-color:var(--good)}.claim.true strong{color:var(--good)}
.claim.false{border-left-color:var(--bad)}.claim.false strong{color:var(--bad)}
.claim.depends{border-left-color:var(--flag)}.claim.depends strong{color:var(--flag)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,260px),1fr));gap:14px 28px;margin:0 0 24px}
.facts dt{color:var(--muted);font-size:.84rem}.facts dd{margin:0;overflow-wrap:anywhere}
details{margin-top:8px}summary{cursor:pointer;color:var(--muted);font-size:.88rem}
.frames .scroll{max-height:320px;overflow:auto;margin-top:6px}
.fold>summary{padding:10px 12px;border:1px solid var(--rule);border-radius:8px;font-size:.95rem}
.fold[open]>summary{margin-bottom:16px}
@supports selector(::details-content){@media (min-width:721px){.fold>summary{display:none}.fold::details-content{content-visibility:visible;block-size:auto}}}
.not-measured{padding-left:1.2em}
.not-measured li{margin:.4em 0;overflow-wrap:anywhere}
footer{max-width:1180px;margin:72px auto 0;padding:20px 16px 48px;color:var(--muted);font-size:.88rem;border-top:1px solid var(--rule)}`;
