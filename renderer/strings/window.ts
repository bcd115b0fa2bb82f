/** Texts of the page: window. */
export const windowStrings = {} as const;
