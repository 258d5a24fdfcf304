/** One entry of an initramfs: a folder, a regular file or a symbolic link. Times and owners are zero. */
export type ArchiveEntry =
  | { kind: 'folder'; path: string }
  | { kind: 'file'; path: string; content: Uint8Array; mode?: number }
  | { kind: 'link'; path: string; target: string }

const MAGIC = '070701'
const TRAILER = 'TRAILER!!!'
const FOLDER_MODE = 0o040755
const FILE_TYPE = 0o100000
const LINK_MODE = 0o120777

/**
 * An archive in the "newc" form of cpio, the one the kernel unpacks as initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Same entries, same bytes.
 */
export function cpioArchive(entries: readonly ArchiveEntry[]): Buffer {
  const parts = entries.flatMap((entry, index) => record(entry, index + 1))
  return Buffer.concat([...parts, ...header(TRAILER, 0, 0, 0)])
}

function record(entry: ArchiveEntry, inode: number): Uint8Array[] {
  const { mode, content } = modeAndContent(entry)
  return [...header(entry.path, mode, inode, content.length), ...padded(content)]
}

function modeAndContent(entry: ArchiveEntry): { mode: number; content: Uint8Array } {
  switch (entry.kind) {
    case 'folder':
      return { mode: FOLDER_MODE, content: new Uint8Array() }
    case 'file':
      return { mode: FILE_TYPE | (entry.mode ?? 0o644), content: entry.content }
    case 'link':
      return { mode: LINK_MODE, content: Buffer.from(entry.target) }
  }
}

/** Thirteen fields of eight hexadecimal digits, the name, and zeros up to a multiple of four. */
function header(path: string, mode: number, inode: number, sizeBytes: number): Uint8Array[] {
  const name = Buffer.from(`${path}\0`)
  const fields = [inode, mode, 0, 0, 1, 0, sizeBytes, 0, 0, 0, 0, name.length, 0]
  const digits = fields.map((field) => field.toString(16).padStart(8, '0')).join('')
  return padded(Buffer.concat([Buffer.from(MAGIC + digits), name]))
}

function padded(bytes: Uint8Array): Uint8Array[] {
  return [bytes, new Uint8Array(-bytes.length & 3)]
}
