import { EXIT_CODES, XrbenchError } from '../../errors.js'
import { harmless, printableJson } from '../../foreign.js'
import { contradictionsOf } from '../../results/document/check.js'
import { readResult } from '../../results/store/store.js'
import { refuseInputs } from '../files/output-files.js'
import { note, print } from '../terminal/output.js'

interface Finding {
  file: string
  valid: boolean
  problems: string[]
  /** What was not looked at. */
  notes: string[]
}

/** `xrbench validate`: every file is looked at, whatever the others are. Exit 8 when one is not valid: a pipeline tells that from a mistake in its own line. */
export async function validateAction(files: readonly string[], isJson: boolean): Promise<void> {
  await refuseInputs(files)
  const findings: Finding[] = []
  for (const file of files) findings.push(await check(file))
  if (!isJson) for (const said of findings.flatMap(({ notes }) => notes)) note(`note: ${said}`)
  if (findings.some(({ valid }) => !valid)) process.exitCode = EXIT_CODES.invalid
  await print(
    isJson
      ? `${printableJson({ schema: 'xrbench.validate/1', files: findings })}\n`
      : findings.map(lines).join(''),
  )
}

async function check(file: string): Promise<Finding> {
  const notes: string[] = []
  try {
    const doc = await readResult(file, { onNewer: (sentence) => notes.push(sentence) })
    const problems = contradictionsOf(doc)
    return { file, valid: problems.length === 0, problems, notes }
  } catch (error) {
    if (!(error instanceof XrbenchError)) throw error
    const sentence = error.message.startsWith(`${file} `)
      ? error.message.slice(file.length + 1)
      : error.message
    return { file, valid: false, problems: [sentence.replace(/\.$/, '')], notes }
  }
}

function lines({ file, valid, problems }: Finding): string {
  const name = harmless(file)
  if (valid) return `ok      ${name}\n`
  return problems.map((problem) => `FAILED  ${name}: ${problem}\n`).join('')
}
