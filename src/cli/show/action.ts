import { renderCurve } from '../../report/terminal/curve.js'
import { renderTable } from '../../report/terminal/table.js'
import { refuseInputs } from '../files/output-files.js'
import { readSource, redactionKeyFor } from '../files/read-results.js'
import { layoutOf, print } from '../terminal/output.js'

/** `xrbench show`. All files are read before anything is printed. */
export async function showAction(
  files: readonly string[],
  isRedacted: boolean | undefined,
): Promise<void> {
  await refuseInputs(files)
  const layout = layoutOf(process.stdout)
  const sources = []
  const key = redactionKeyFor(isRedacted)
  for (const file of files) sources.push(await readSource(file, key))
  const blocks = sources.map(({ file, doc }) => {
    const title = [file, doc.label === undefined ? '' : `“${doc.label}”`]
    const head = `${title.filter((text) => text !== '').join(' ')}, ${doc.startedAt.slice(0, 16).replace('T', ' ')} UTC, xrbench ${doc.tool.version}, ${doc.status}`
    const table = renderTable(doc, layout)
    const curve = renderCurve(doc.cases, layout.width)
    return `${head}\n\n${table}${curve.length === 0 ? '' : `\n${curve.join('\n')}\n`}`
  })
  await print(blocks.join('\n'))
}
