/** Texts of the page: filter. */
export const filterStrings = {} as const;
