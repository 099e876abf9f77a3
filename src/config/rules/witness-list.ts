/** `ELEVATE_WITNESS`: where checkpoints are cosigned, each as an address and the witness's verifier key, with commas between. */

export type WitnessEntry = { readonly url: string; readonly vkey: string }

export function readWitnesses(value: string): { readonly entries: readonly WitnessEntry[] } | string[] {
  const entries = value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => one.split(/\s+/))
  const faults = entries.flatMap(([url = '', vkey = '', ...more], at) => {
    const which = `ELEVATE_WITNESS, entry ${at + 1},`
    if (more.length > 0 || vkey === '')
      return [
        `${which} is not an address and a key. Write https://witness.example.com witness.example.com/w1+id+key`,
      ]
    if (!isAddress(url))
      return [`${which} does not begin with an http(s) address without a password, ? and #.`]
    if (!/^[^\s+]+\+[0-9a-fA-F]{8}\+[A-Za-z0-9+/]+={0,2}$/.test(vkey))
      return [`${which} has no verifier key after its address. elevate witness --make printed it.`]
    return []
  })
  if (faults.length > 0) return faults
  return { entries: entries.map(([url = '', vkey = '']) => ({ url: url.replace(/\/+$/, ''), vkey })) }
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password, search, hash } = new URL(text)
  return /^https?:$/.test(protocol) && !username && !password && !search && !hash
}
