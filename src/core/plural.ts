/** The one rule by which a number decides the form of a word. */

/** `one` for 1, otherwise `many`, which is `one` with an s unless it is given. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many
}

/** Made once: that costs many times what one number does. */
const numbers = new Intl.NumberFormat('en')

/** `1 grant`, `3 grants`, `1,204 events`. */
export function counted(count: number, one: string, many?: string): string {
  return `${numbers.format(count)} ${plural(count, one, many)}`
}

/** `orders-db`, `billing` and `crm` → `orders-db, billing or crm`. */
export function oneOf(names: readonly string[]): string {
  if (names.length <= 1) return names[0] ?? 'nothing'
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
