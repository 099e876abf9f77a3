import { expect, it } from 'vitest'
import { HIDDEN_STATEMENT, redactSql } from '../../src/connectors/postgres/redaction.ts'

const literals = (sql: string) => redactSql(sql, 'literals')

it('takes strings, numbers and comments out of a statement, and leaves what it is about', () => {
  expect(
    literals("select a1, $1 from t2 where x = 'Ann O''Hara' and y > 12.5e3 -- for Ann\n and z = 7"),
  ).toBe("select a1, $1 from t2 where x = '…' and y > ? and z = ?")
  expect(literals(`select "Ann's table"."é" from x /* a /* nested */ secret */ limit 5`)).toBe(
    `select "Ann's table"."é" from x limit ?`,
  )
  expect(literals(`select E'it\\'s secret', U&'\\0041', b'01', 0xBEEF, 1_000, .5`)).toBe(
    `select '…', '…', '…', ?, ?, ?`,
  )
  expect(literals('select $$it is $1 secret$$, $tag$ $$ secret $tag$, a$b$c')).toBe(
    'select $$…$$, $$…$$, a$b$c',
  )
})

it('keeps everything, nothing, or what is between, as the policy says', () => {
  const sql = "update t set a = 'x' where id = 3"
  expect(redactSql(sql, 'none')).toBe(sql)
  expect(redactSql(sql, 'literals')).toBe("update t set a = '…' where id = ?")
  expect(redactSql(sql, 'all')).toBe('')
})

it('hides statements that may hold a password, whatever the policy says', () => {
  for (const how of ['literals', 'none'] as const) {
    for (const sql of [
      "alter role elv_ada password 'hunter2'",
      "ALTER /* x */ USER ada WITH ENCRYPTED PASSWORD 'hunter2'",
      "create user mapping for ada server s options (user 'x', password 'hunter2')",
      "create subscription s connection 'host=x password=hunter2' publication p",
      "alter role ada password E'hunter2",
      'select 1; alter role ada password $$hunter2$$',
    ]) {
      expect(redactSql(sql, how), sql).not.toContain('hunter2')
      expect(redactSql(sql, how), sql).toContain(HIDDEN_STATEMENT)
    }
    expect(redactSql("select dblink('host=a password=hunter2')", how)).not.toContain('hunter2')
    expect(redactSql("copy t from program 'curl https://ada:hunter2@example.com'", how)).not.toContain(
      'hunter2',
    )
  }
})

it('opens the body of a DO block, because nothing else in the log shows what it did', () => {
  expect(literals("do $body$ begin delete from orders where item = 'Teapot'; end $body$")).toBe(
    "do $$ begin delete from orders where item = '…'; end $$",
  )
  expect(literals("do language plpgsql $$ begin execute $q$ select 'secret' $q$; end $$")).toBe(
    'do language plpgsql $$ begin execute $$…$$; end $$',
  )
  expect(literals(`do language plpython3u $$ plpy.execute("secret") $$`)).not.toContain('secret')
  expect(literals(`do $$ plpy.execute("secret") $$ language plpython3u`)).not.toContain('secret')
  expect(literals('do $$ begin end $$; select $$ secret $$')).not.toContain('secret')
})

it('cuts behind a DO block whose text ends within a literal or a comment, which may go on', () => {
  // The person meant the body to end at the last $$; to PostgreSQL it ends at the first.
  expect(literals("do $$ begin perform 'a$$S3CRET'; end $$")).toBe('do $$ begin perform … $$ …')
  expect(literals('do $$ begin perform 1; /* x $$ S3CRET */ end $$')).not.toContain('S3CRET')
  expect(literals('do $$ begin perform 1; -- $$ S3CRET\n end $$')).not.toContain('S3CRET')
  expect(literals('do $$ begin perform 1; end $$; select a')).toBe('do $$ begin perform ?; end $$; select a')
})

it('reads DO blocks in DO blocks so deep, and no deeper', () => {
  const nested = (deep: number): string =>
    deep === 0 ? "perform 'S3CRET'" : `do $d${deep}$ ${nested(deep - 1)} $d${deep}$`
  expect(literals(nested(2))).toBe("do $$ do $$ perform '…' $$ $$")
  expect(literals(nested(4))).toBe('do $$ do $$ do $$ do $$…$$ $$ $$ $$')
  expect(literals(nested(10_000))).not.toContain('S3CRET')
})

it('cuts where it cannot know how a string ends', () => {
  // With standard_conforming_strings off, which is the person's to set, the string goes on behind \'.
  expect(literals(`select 'a\\', secret, '`)).toBe('select …')
  expect(literals("select 'open secret")).toBe('select …')
  expect(literals('select /* open secret')).toBe('select …')
  expect(literals('select $x$ open secret')).toBe('select …')
  expect(literals('select "open secret')).toBe('select …')
  // To PostgreSQL a no-break space is part of a name: \u00a0e is one, and no prefix of the string behind it.
  expect(literals(`select \u00a0e'a\\' , 'secret'`)).not.toContain('secret')
})

/** Repeatable randomness: a failure names its seed. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

it('no literal survives, in whatever way it was written and put together', () => {
  const secret = 'S3CRET'
  const ways: ((inner: string) => string)[] = [
    (inner) => `'${inner.replaceAll("'", "''")}'`,
    (inner) => `E'${inner.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
    (inner) => `e'${inner.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    (inner) => `$x$${inner.replaceAll('$', '')}$x$`,
    (inner) => `$$${inner.replaceAll('$', '')}$$`,
    (inner) => `/* ${inner.replaceAll('*', '').replaceAll('/', '')} */`,
    (inner) => `-- ${inner.replaceAll('\n', '')}\n`,
    (inner) => `N'${inner.replaceAll("'", "''")}'`,
  ]
  const noise = ["'", "''", '\\', '$', '$$', '--', '/*', '*/', '"', 'E', '\n', ';', '$x$', 'é', '\u00a0', '']
  const between = [' , ', ' from t where "na""me" = ', ' || ', ' and $1 = ', ' (', ') ', ' as x ']
  for (let seed = 1; seed <= 4_000; seed++) {
    const roll = dice(seed)
    const pick = <T>(list: readonly T[]) => list[roll(list.length)] as T
    let sql = 'select '
    for (let n = roll(6) + 1; n > 0; n--) {
      const inner = `${pick(noise)}${pick(noise)}${secret}${pick(noise)}${pick(noise)}`
      sql += `${pick(ways)(inner)}${pick(between)}`
    }
    const kept = literals(sql)
    expect(kept.includes(secret), `seed ${seed}: ${JSON.stringify(sql)} → ${kept}`).toBe(false)
  }
})
