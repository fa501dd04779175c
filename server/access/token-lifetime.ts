/** A token counts for so long. */
export const TOKEN_LIFETIME_MS = 24 * 60 * 60_000;
