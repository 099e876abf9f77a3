import type { Json } from '../../core/connector.ts'
import type { Batch, Delivery, Sink } from '../../core/log/delivery.ts'
import { jsonlLine } from './export-jsonl.ts'
import { ocsfLine } from './export-ocsf.ts'
import { fileSink } from './sink-file.ts'
import { readWebhook, webhookSink } from './sink-webhook.ts'

/** A receiver, ready to take events. Throws with what is wrong in the configuration; nothing is connected to yet. */
export function openSink(delivery: Delivery, secret: (reference: Json) => string): Sink {
  const draw = drawerOf(delivery)
  if (delivery.to.kind === 'file') return fileSink(delivery.to.path, draw)
  const { url, secret: key } = delivery.to
  try {
    const settings = readWebhook(typeof url === 'string' ? url : secret(url), secret(key))
    return webhookSink({ ...settings, draw })
  } catch (error) {
    throw new Error(`delivery “${delivery.name}”: ${error instanceof Error ? error.message : error}`)
  }
}

function drawerOf({ format, ocsfVersion }: Delivery): (batch: Batch) => string {
  if (format === 'jsonl') return ({ leaves }) => leaves.map(jsonlLine).join('')
  return ({ leaves }) => leaves.map((leaf) => ocsfLine(leaf, ocsfVersion)).join('')
}
