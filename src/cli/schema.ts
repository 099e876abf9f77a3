import { Command } from 'commander'
import { writeJsonSchema } from '../config/schema/json-schema.ts'
import { connectorKinds } from '../connectors/registry.ts'

export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of elevate.yaml, for editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(writeJsonSchema(connectorKinds), null, 2)}\n`)
    })
}
