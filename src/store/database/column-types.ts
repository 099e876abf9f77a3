import type { ColumnType } from 'kysely'

/** Goes in as JSON text, because the driver would make a PostgreSQL array of a list. */
export type JsonColumn<T> = ColumnType<T, string, string>

/** The same, with a default. */
export type GeneratedJson<T> = ColumnType<T, string | undefined, string>
