/** The known name that a mistyped one most likely meant; undefined when nothing is near. Never used to act, only to suggest. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const asked = typed.toLowerCase()
  const ranked = known
    .map((name) => ({ name, distance: distance(asked, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
  const best = ranked[0]
  if (!best) return undefined
  const prefix = known.filter((name) => name.toLowerCase().startsWith(asked) && asked.length >= 2)
  if (prefix.length === 1) return prefix[0]
  return isNear(best.distance, best.name) ? best.name : undefined
}

/** How far a mistyped name is from this one, 0 for the same; undefined when it is not near. A beginning is as near as a slip. */
export function nearness(typed: string, name: string): number | undefined {
  const asked = typed.toLowerCase()
  const known = name.toLowerCase()
  const edits = distance(asked, known)
  if (asked.length >= 2 && known.startsWith(asked)) return Math.min(edits, 1)
  return isNear(edits, name) ? edits : undefined
}

function isNear(edits: number, name: string): boolean {
  return edits <= Math.max(1, Math.floor(name.length / 3))
}

/** Edits (insert, delete, replace, swap of neighbours) from one text to the other. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const replace = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(at(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, replace)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(i - 2, j - 2) + 1)
      row.push(cost)
    }
  }
  return at(a.length, b.length)
}
