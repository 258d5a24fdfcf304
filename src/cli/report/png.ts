import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { environmentError } from '../../errors.js'

/** Pixels for each CSS pixel: sharp on paper and on dense screens. */
const SCALE = 2
const FONT_FOLDERS = [
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  `${homedir()}/.local/share/fonts`,
]

/**
 * What makes a PNG of an SVG.
 * @throws {XrbenchError} `XRB_NO_PNG` without resvg, or without a font: text would be missing from the picture
 */
export async function pngMaker(): Promise<(svg: string) => Uint8Array> {
  const resvg = await import('@resvg/resvg-js').catch(() => null)
  if (resvg === null) {
    throw environmentError(
      'XRB_NO_PNG',
      '--png needs the package @resvg/resvg-js, which is not installed.',
      'npm install @resvg/resvg-js, or --svg instead',
    )
  }
  if (!hasFonts()) {
    throw environmentError(
      'XRB_NO_PNG',
      '--png needs a font, and this machine has none.',
      'apt-get install -y --no-install-recommends fonts-dejavu-core, or --svg instead',
    )
  }
  return (svg) =>
    new resvg.Resvg(svg, {
      fitTo: { mode: 'zoom', value: SCALE },
      font: {
        loadSystemFonts: true,
        defaultFontFamily: 'DejaVu Sans',
        sansSerifFamily: 'DejaVu Sans',
      },
    })
      .render()
      .asPng()
}

/** Whether text shows in a PNG made here. */
export function hasFonts(): boolean {
  return FONT_FOLDERS.some(hasFont)
}

function hasFont(folder: string): boolean {
  return (
    existsSync(folder) &&
    readdirSync(folder, { recursive: true }).some((name) => /\.(ttf|otf|ttc)$/i.test(`${name}`))
  )
}
