import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ACROSS } from '../../compare/schema.js'
import type { Chart } from '../../report/charts/chart.js'
import { Collector } from '../../report/digest/collect.js'
import { chartsOf, sectionsOf } from '../../report/page/build.js'
import { renderPage } from '../../report/page/page.js'
import { CHARTS_MODULE, readChartsScript } from '../../report/page/script.js'
import { outputError } from '../../results/store/errors.js'
import { checkWritable, writeBytes, writeText } from '../../results/store/store.js'
import { refuseInputs, refuseResults } from '../files/output-files.js'
import { readSource, redactionKeyFor } from '../files/read-results.js'
import { parseWord } from '../flags/list.js'
import { note, print } from '../terminal/output.js'
import type { ReportFlags } from './flags.js'
import { pngMaker } from './png.js'

const DEFAULT_PAGE = 'report.html'
/** CSS pixels: as wide as the column of a page or a slide takes. */
const PICTURE_WIDTH = 820

type Drawing = typeof import('../../report/drawing/bundle.js')

/** `xrbench report`: everything is read and drawn before the first file is written. */
export async function reportAction(files: readonly string[], flags: ReportFlags): Promise<void> {
  const across =
    flags.across === undefined ? null : parseWord(flags.across, '--across', 'difference', ACROSS)
  const wantsPictures = flags.svg !== undefined || flags.png !== undefined
  const page = flags.output ?? (wantsPictures ? undefined : DEFAULT_PAGE)
  const pages = page === undefined ? [] : [page]
  await refuseInputs(files, pages)
  await refuseResults(pages)
  if (page !== undefined) await checkWritable(page)
  const toPng = flags.png === undefined ? null : await pngMaker()

  const collector = new Collector(across)
  const key = redactionKeyFor(flags.redact)
  for (const file of files) collector.add(await readSource(file, key))
  const collected = collector.finish()
  const script = await readChartsScript()

  const outputs: [path: string, content: string | Uint8Array][] = []
  if (page !== undefined) {
    outputs.push([page, renderPage(collected, script, flags.title ?? 'xrbench report')])
  }
  if (wantsPictures) {
    const charts = chartsOf(sectionsOf(collected))
    if (charts.length === 0) note('note: there is nothing to draw in these results')
    const drawn = await draw(charts)
    for (const { id, svg } of drawn) {
      if (flags.svg !== undefined) outputs.push([join(flags.svg, `${id}.svg`), svg])
      if (flags.png !== undefined && toPng !== null) {
        outputs.push([join(flags.png, `${id}.png`), toPng(svg)])
      }
    }
  }
  await refuseInputs(
    files,
    outputs.map(([path]) => path),
  )
  for (const folder of [flags.svg, flags.png]) if (folder !== undefined) await makeFolder(folder)
  for (const [path, content] of outputs) {
    await (typeof content === 'string' ? writeText(path, content) : writeBytes(path, content))
  }
  await print(outputs.map(([path]) => `${path}\n`).join(''))
}

async function draw(charts: readonly Chart[]): Promise<{ id: string; svg: string }[]> {
  const { renderSvg } = (await import(CHARTS_MODULE)) as Drawing
  return charts.map((chart) => ({
    id: chart.id,
    svg: renderSvg(chart, { width: PICTURE_WIDTH, scheme: 'light' }),
  }))
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw outputError(folder, error)
  })
}
