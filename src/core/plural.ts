/** The one rule by which a number decides the form of a word. */

/** `one` for 1, otherwise `many`, which is `one` with an s unless it is given. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many
}

/** `1 grant`, `3 grants`, `1,204 events`. */
export function counted(count: number, one: string, many?: string): string {
  return `${count.toLocaleString('en')} ${plural(count, one, many)}`
}
