/** How the page looks, as the settings say: attributes and CSS variables of the document that styles/ build on. */
import type { Density } from '../../shared/settings';
import type { UiState } from './uiStore';

export type Appearance = Pick<UiState, 'theme' | 'density' | 'fontSize' | 'highlight'>;

/** px */
const ROW_HEIGHTS: Record<Density, number> = { compact: 20, normal: 24, comfortable: 30 };
/** Of a line's height to the size of its letters, at the least */
const LEAST_LEADING = 1.45;

/** The height of the grid's rows, px: that of the density, or more where the letters need it. */
export function rowHeightOf({ density, fontSize }: Pick<Appearance, 'density' | 'fontSize'>): number {
  return Math.max(ROW_HEIGHTS[density], Math.ceil(fontSize * LEAST_LEADING));
}

/** Brings the document in line. */
export function showAppearance(state: Appearance): void {
  const { dataset, style } = document.documentElement;
  dataset['theme'] = state.theme;
  dataset['contrast'] = hasMoreContrast(state.theme) ? 'more' : 'usual';
  dataset['density'] = state.density;
  dataset['highlight'] = state.highlight.palette;
  style.setProperty('--font-size', `${state.fontSize}px`);
  style.setProperty('--row-height', `${rowHeightOf(state)}px`);
  for (const mark of ['new', 'changed', 'ended'] as const) {
    if (state.highlight.palette === 'custom')
      style.setProperty(`--${mark}-edge`, state.highlight.colours[mark]);
    else style.removeProperty(`--${mark}-edge`);
  }
}

/** High contrast is a theme, and a wish that a system can tell of. */
function hasMoreContrast(theme: Appearance['theme']): boolean {
  return theme === 'contrast' || (theme === 'system' && moreContrast().matches);
}

export function moreContrast(): MediaQueryList {
  return window.matchMedia('(prefers-contrast: more)');
}
