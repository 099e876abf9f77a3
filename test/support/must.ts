/** What `of` must be in a test that has just made it. */
export function must<T>(of: T | undefined): T {
  if (of === undefined) throw new Error('expected something, got undefined')
  return of
}
