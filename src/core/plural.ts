/** The one rule by which a number decides the form of a word. */

/** `one` for 1, otherwise `many`, which is `one` with an s unless it is given. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many
}

/** `1 grant`, `3 grants`, `1,204 events`. */
export function counted(count: number, one: string, many?: string): string {
  return `${count.toLocaleString('en')} ${plural(count, one, many)}`
}

/** `orders-db`, `billing` and `crm` → `orders-db, billing or crm`. */
export function oneOf(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? 'nothing'
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
