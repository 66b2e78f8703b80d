import { createHash } from 'node:crypto';
import type { LabelRecord } from '../state.ts';
import { html, Html } from './html.ts';

/** A whole page, and the policy that lets the browser load nothing but the page's own style (Content Security Policy 3). */
export interface Page {
  readonly text: string;
  readonly policy: string;
}

const style = `
:root{color-scheme:light dark;--line:#8885;--soft:#8882;--quiet:light-dark(#666,#a0a0a0)}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:0 1rem 3rem;overflow-wrap:anywhere}
header{padding:.8rem 0;border-bottom:1px solid var(--line)}
h1{font-size:1.5rem;margin:1rem 0 .3rem}h2{font-size:1.15rem;margin:2rem 0 .6rem}h3,h4,h5,h6{font-size:1rem;margin:.8rem 0 .3rem}
.quiet{color:var(--quiet)}
.badge,.label{display:inline-block;border-radius:1rem;padding:0 .6rem;font-size:.85rem;border:1px solid var(--line)}
.open{background:#1a7f37;color:#fff}.draft{background:#6e7781;color:#fff}.merged{background:#8250df;color:#fff}.closed{background:#cf222e;color:#fff}
.good{color:light-dark(#1a7f37,#3fb950)}.bad{color:light-dark(#cf222e,#ff7b72)}.waiting{color:light-dark(#9a6700,#d29922)}
article,.check{border:1px solid var(--line);border-radius:.5rem;margin:.8rem 0}
article>header,.check>header{padding:.4rem .8rem;background:var(--soft);border-bottom:1px solid var(--line);border-radius:.5rem .5rem 0 0}
article>div,.check>div{padding:.2rem .8rem}
pre{background:var(--soft);padding:.6rem;border-radius:.4rem;overflow-x:auto;font-size:.85rem}
code{background:var(--soft);border-radius:.2rem;padding:0 .2rem;font-size:.9em}pre code{background:none;padding:0}
.wide{overflow-x:auto}table{border-collapse:collapse}th,td{border:1px solid var(--line);padding:.2rem .5rem;text-align:left;vertical-align:top}
blockquote{border-left:.25rem solid var(--line);margin:.5rem 0;padding-left:.8rem;color:var(--quiet)}
ul.plain{list-style:none;padding:0}ul.plain>li{padding:.5rem 0;border-bottom:1px solid var(--line)}
`;

/** @param labels whose colours the page needs */
export function page(title: string, labels: readonly LabelRecord[], body: Html): Page {
  const css = style + labels.map((one) => labelRule(one)).join('');
  const digest = createHash('sha256').update(css).digest('base64');
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${new Html(`<style>${css}</style>`)}
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;
  return {
    text,
    policy: `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}

export function labelShown(record: LabelRecord): Html {
  return html`<span class="label l${record.id}" title="${record.description ?? ''}">${record.name}</span> `;
}

function labelRule({ id, color }: LabelRecord): string {
  // The colour comes from a request and goes into a style sheet: six hexadecimal digits or none at all.
  const safe = /^[0-9a-f]{6}$/u.test(color) ? color : 'ededed';
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(safe.slice(at, at + 2), 16));
  const dark = red * 0.299 + green * 0.587 + blue * 0.114 < 140;
  return `.l${String(id)}{background:#${safe};color:${dark ? '#fff' : '#111'}}\n`;
}

/** A time as people read it. */
export function timeShown(time: string): Html {
  return html`<time datetime="${time}">${time.slice(0, 16).replace('T', ' ')} UTC</time>`;
}
