import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { DOWNLOAD_BYTES } from '../configurations.mjs'

/** Where peers that serve files find the one that a download brings. */
export const SERVED_FOLDER = 'build/bench/served'
export const SERVED_FILE = 'file'

export async function prepareDownloadFile() {
  await mkdir(SERVED_FOLDER, { recursive: true })
  await writeFile(`${SERVED_FOLDER}/${SERVED_FILE}`, '')
  await truncate(`${SERVED_FOLDER}/${SERVED_FILE}`, DOWNLOAD_BYTES)
}
