/** Texts of the page: columns. */
export const columnsStrings = {} as const;
