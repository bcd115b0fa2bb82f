/** Texts of the page: the settings, and what becomes of them. */
import type { Density, HighlightPalette, Theme } from '../../shared/settings';

export const settingsStrings = {
  title: 'Settings',
  reset: 'Reset to defaults',
  done: 'Done',

  look: 'Look',
  theme: 'Theme',
  themes: {
    system: 'As the system',
    light: 'Light',
    dark: 'Dark',
    contrast: 'High contrast',
  } satisfies Record<Theme, string>,
  density: 'Rows',
  densities: {
    compact: 'Compact',
    normal: 'Normal',
    comfortable: 'Comfortable',
  } satisfies Record<Density, string>,
  fontSize: 'Size of letters',
  pixels: (px: number) => `${px} px`,

  highlights: 'Highlights',
  palette: 'Colours',
  palettes: {
    classic: 'Green, yellow, red',
    safe: 'Safe for colour-blind eyes',
    custom: 'My own',
  } satisfies Record<HighlightPalette, string>,
  marks: { new: 'New', changed: 'State changed', ended: 'Ended' },
  colourOf: (mark: string) => `Colour of rows: ${mark}`,
  duration: 'How long',
  updates: (n: number) => (n === 1 ? '1 update' : `${n} updates`),
  preview: 'Preview',
  previewRows: {
    new: ['+', 'nginx', 'Established', '10.0.0.5:443'],
    changed: ['●', 'postgres', 'Close Wait', '10.0.0.5:5432'],
    ended: ['×', 'ssh', 'Time Wait', '10.0.0.5:51122'],
  },

  behaviour: 'Behaviour',
  keepStill: 'Keep the list still',
  keepStillWhy: 'Rows keep their places; new ones come at the end.',
  resolveNames: 'Look up host names',
  resolveNamesWhy: 'Asks the name server about each address, which tells others that you are looking.',
  portNames: 'Names of ports',
  portNamesWhy: '“https” in the place of 443, from the system’s list of services.',

  // What becomes of them
  damaged: (aside: string) =>
    `The settings were damaged. They were set aside in the browser’s storage as “${aside}”; the defaults are in use.`,
  notRead: (reason: string) => `The settings could not be read; the defaults are in use. ${reason}`,
  notKept: (reason: string) => `The settings cannot be kept for the next time. ${reason}`,
};
