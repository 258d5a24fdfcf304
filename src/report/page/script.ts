import { readFile } from 'node:fs/promises'
import { environmentError } from '../../errors.js'

const BUNDLE = new URL('../charts.bundle.js', import.meta.url)

/** Of the module that draws the charts, where it was built. */
export const CHARTS_MODULE = BUNDLE.href

/** The script that draws the charts of a page. @throws {XrbenchError} `XRB_NO_CHARTS` (exit 3) where it was not built */
export async function readChartsScript(): Promise<string> {
  return await readFile(BUNDLE, 'utf8').catch((error: Error) => {
    throw environmentError(
      'XRB_NO_CHARTS',
      `The charts of the report are not built: ${error.message}.`,
      'npm run setup',
    )
  })
}
