/** Colours by what they are for. The same names in both modes; every pair that meets has the contrast of WCAG 2.2 AA (see the test). */
export interface Palette {
  /** Behind everything, and behind cards. */
  readonly ground: string;
  readonly card: string;
  readonly ink: string;
  readonly quiet: string;
  /** Borders that only decorate. */
  readonly line: string;
  readonly link: string;
  /** Good, needs care, bad, and pale grounds. */
  readonly good: string;
  readonly goodGround: string;
  readonly care: string;
  readonly bad: string;
  readonly badGround: string;
  readonly codeGround: string;
  /** The bar on top. */
  readonly bar: string;
  readonly barInk: string;
}

export const light: Palette = {
  ground: '#f4f6f8',
  card: '#ffffff',
  ink: '#16202c',
  quiet: '#51606f',
  line: '#d3dae2',
  link: '#0b57a4',
  good: '#17663a',
  goodGround: '#e3f3e8',
  care: '#7d4e00',
  bad: '#a81c16',
  badGround: '#fdeae8',
  codeGround: '#eef1f5',
  bar: '#14304d',
  barInk: '#f4f8fc',
};

export const dark: Palette = {
  ground: '#10151b',
  card: '#19212a',
  ink: '#e7ecf2',
  quiet: '#a9b5c2',
  line: '#344250',
  link: '#8fc1ff',
  good: '#7fd6a0',
  goodGround: '#14301f',
  care: '#f3c067',
  bad: '#ffa59c',
  badGround: '#3d1b19',
  codeGround: '#232d38',
  bar: '#0b1f33',
  barInk: '#e7f0fa',
};

/** The palette as custom properties: `goodGround` is `--good-ground`. */
export const properties = (palette: Palette): string =>
  Object.entries(palette)
    .map(
      ([name, colour]) =>
        `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${String(colour)};`,
    )
    .join(' ');
