/** Texts of the page: inspector. */
export const inspectorStrings = {} as const;
