const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The local time of day, `14:03:22`. @param ms since 1970-01-01 UTC */
export function formatClock(ms: number): string {
  return clock.format(ms);
}
