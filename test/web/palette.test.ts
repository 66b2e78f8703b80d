import { describe, expect, test } from '@jest/globals';
import { type Palette, dark, light } from '../../app/web/palette.ts';
import { stylesheet } from '../../app/web/stylesheet.ts';

/** Relative luminance of a colour `#rrggbb` (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

const pairs: readonly (readonly [keyof Palette, keyof Palette])[] = [
  ...(['ground', 'card', 'codeGround'] as const).flatMap((behind) =>
    (['ink', 'quiet', 'link'] as const).map((front) => [front, behind] as const),
  ),
  ...(['ground', 'card'] as const).flatMap((behind) =>
    (['good', 'care', 'bad'] as const).map((front) => [front, behind] as const),
  ),
  ['good', 'goodGround'],
  ['bad', 'badGround'],
  ['ink', 'badGround'],
  ['link', 'badGround'],
  ['barInk', 'bar'],
];

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('In %s mode', (_, palette) => {
  test.each(pairs)('%s on %s has the contrast that text needs (WCAG 2.2, 1.4.3)', (front, behind) => {
    expect(contrast(palette[front], palette[behind])).toBeGreaterThanOrEqual(4.5);
  });
});

test('The measure itself is right: black on white is 21 to 1', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 1);
});

test('Every colour is used, and none is used that is not in the palette', () => {
  const used = new Set([...stylesheet.matchAll(/var\(--([a-z-]+)\)/g)].map(([, name]) => name));
  const named = new Set(
    Object.keys(light).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)),
  );
  expect(used).toEqual(named);
});
