/**
 * A folder as one .tar.gz, where only a file can be sent. The tar format (POSIX.1-1988 ustar): for each file a header of 512
 * bytes with numbers in octal text, then its bytes, padded to 512; two empty blocks at the end.
 */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { createGzip } from 'node:zlib'

const BLOCK = 512
const NAME = 100
const PREFIX = 155

/** The archive; undefined when it becomes larger than `most` bytes. All names in it are below the folder `as`. */
export async function packFolder(
  folder: string,
  as: string,
  at: Date,
  most: number,
): Promise<Uint8Array | undefined> {
  const gzip = createGzip()
  const pieces: Buffer[] = []
  let size = 0
  gzip.on('data', (piece: Buffer) => {
    size += piece.length
    if (size <= most) pieces.push(piece)
  })
  const done = new Promise<void>((resolve, reject) => gzip.once('end', resolve).once('error', reject))
  done.catch(() => {})
  for await (const piece of tarOf(folder, as, at)) {
    if (size > most) break
    if (!gzip.write(piece)) await new Promise<void>((resolve) => gzip.once('drain', resolve))
  }
  gzip.end()
  await done
  return size <= most ? Buffer.concat(pieces) : undefined
}

async function* tarOf(folder: string, as: string, at: Date): AsyncGenerator<Buffer> {
  const names = (await readdir(folder, { recursive: true })).sort()
  for (const name of names) {
    const file = path.join(folder, name)
    const found = await stat(file)
    if (!found.isFile()) continue
    yield header(path.posix.join(as, ...name.split(path.sep)), found.size, at)
    for await (const piece of createReadStream(file)) yield piece as Buffer
    yield Buffer.alloc((BLOCK - (found.size % BLOCK)) % BLOCK)
  }
  yield Buffer.alloc(2 * BLOCK)
}

function header(name: string, size: number, at: Date): Buffer {
  const block = Buffer.alloc(BLOCK)
  const text = (value: string, offset: number) => block.write(value, offset, 'utf8')
  const octal = (value: number, offset: number, width: number) =>
    text(`${value.toString(8).padStart(width - 1, '0')}\0`, offset)
  const [prefix, last] = splitName(name)
  text(last, 0)
  octal(0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(Math.floor(at.getTime() / 1000), 136, 12)
  // The checksum is computed with spaces in its own place.
  text('        ', 148)
  text('0', 156)
  text('ustar\0', 257)
  text('00', 263)
  text(prefix, 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  text(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** A long name is split at a slash. Throws a RangeError when it does not fit; ours do. */
function splitName(name: string): [prefix: string, last: string] {
  if (name.length <= NAME) return ['', name]
  const cut = name.indexOf('/', name.length - NAME - 1)
  if (cut < 0 || cut > PREFIX) throw new RangeError(`a name too long for an archive: ${name.slice(0, 50)}…`)
  return [name.slice(0, cut), name.slice(cut + 1)]
}
