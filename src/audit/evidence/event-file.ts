/** `events/12/12345`, to which `.json` and `.tlog-proof` are added: a thousand events a folder. */
export function eventFile(index: number): string {
  return `events/${Math.floor(index / 1000)}/${index}`
}
