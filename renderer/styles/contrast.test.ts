import fs from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = fs.readFileSync(new URL('theme.css', import.meta.url), 'utf8');
type Palette = Record<string, [light: string, dark: string]>;

/** The colours that a rule sets, for either scheme. */
function paletteOf(selector: string): Palette {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf('}', start));
  const found = block.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g);
  return Object.fromEntries(Array.from(found, ([, name, light, dark]) => [name!, [light!, dark!]]));
}

/** Relative luminance and contrast as WCAG 2 defines them. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

const usual = paletteOf(':root');
const more = paletteOf(":root[data-contrast='more']");
const marks = paletteOf(":root[data-contrast='more'][data-highlight='classic']");

const PLACES = ['background', 'surface', 'raised', 'hover', 'stripe', 'selection'];
/** Text, and what it stands on. */
const PAIRS: [text: string, on: string][] = [
  ...['text', 'text-muted'].flatMap((text) => PLACES.map((on): [string, string] => [text, on])),
  ...['new', 'changed', 'ended', 'accent-soft'].map((on): [string, string] => ['text', on]),
  ...['accent', 'danger', 'warning', 'good'].map((text): [string, string] => [text, 'surface']),
  ...['accent', 'danger', 'warning'].map((text): [string, string] => [text, `${text}-soft`]),
];

describe('the palettes', () => {
  const themes: [string, Palette, number][] = [
    ['usual', usual, 4.5],
    ['high contrast', { ...usual, ...more, ...marks }, 7],
  ];
  it.each(themes)('%s: every text can be read', (_name, palette, least) => {
    for (const scheme of [0, 1] as const) {
      const low = PAIRS.map(([text, on]) => ({
        text,
        on,
        ratio: contrast(palette[text]![scheme], palette[on]![scheme]),
      })).filter(({ ratio, text, on }) => ratio < least && !isExcused(text, on));
      expect(low, ['light', 'dark'][scheme]).toEqual([]);
    }
  });

  it('edges and signs of rows stand out: 3:1, and 4.5:1 in high contrast', () => {
    for (const [palette, least] of [
      [usual, 3],
      [{ ...usual, ...more, ...marks }, 4.5],
    ] as const)
      for (const mark of ['new', 'changed', 'ended'])
        for (const scheme of [0, 1] as const)
          expect(
            contrast(palette[`${mark}-edge`]![scheme], palette[mark]![scheme]),
            `${mark} ${scheme}`,
          ).toBeGreaterThan(least);
  });
});

/** Muted text on a selected row takes on the colour of the rest (marks.css). */
function isExcused(text: string, on: string): boolean {
  return text === 'text-muted' && on === 'selection';
}
