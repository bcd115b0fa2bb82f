/** Texts of the page: settings. */
export const settingsStrings = {} as const;
