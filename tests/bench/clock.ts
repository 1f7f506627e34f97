/** Milliseconds by the one clock that all processes of this machine share. It has no date. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** What to add to `now()` for the milliseconds since 1970 that PostgreSQL writes; right to some hundredths of one. */
export function sinceEpoch(): number {
  const before = Date.now()
  while (Date.now() === before);
  return Date.now() - now()
}
