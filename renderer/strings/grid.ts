/** Texts of the page: grid. */
export const gridStrings = {} as const;
