/**
 * Statements that are built once. The builder works up to a millisecond on a long one, longer than PostgreSQL needs to
 * answer it: what every click or every second asks is built the first time, and then only given its values.
 */
import type { Compilable, CompiledQuery } from 'kysely'
import type { Database } from './connection.ts'

/** Stands in the statement for a value of the same name, until the value is given. */
class Given {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * `build` sees every value as `given.name`, to be put in and not to be looked at: what is computed from a value in
 * JavaScript is a value of its own.
 */
export function statement<Values extends object, Row>(
  build: (db: Database, given: Values) => Compilable<Row>,
) {
  const given = new Proxy({}, { get: (_, name) => new Given(String(name)) }) as Values
  let built: CompiledQuery<Row> | undefined
  const compile = (db: Database, values: Values): CompiledQuery<Row> => {
    built ??= build(db, given).compile()
    const replaced = (parameter: unknown) =>
      parameter instanceof Given ? values[parameter.name as keyof Values] : parameter
    return { ...built, parameters: built.parameters.map(replaced) }
  }
  return {
    compile,
    rows: async (db: Database, values: Values): Promise<Row[]> =>
      (await db.executeQuery(compile(db, values))).rows,
  }
}
