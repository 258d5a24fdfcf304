import { createKeyFile } from '../../session/wire/key-file.js'
import { note, print } from '../terminal/output.js'
import { quoted } from '../terminal/quoted.js'

/** Makes a key file. The key itself is never printed. */
export async function keygenAction(
  file: string,
  { json, quiet }: { json: boolean; quiet: boolean },
): Promise<void> {
  await createKeyFile(file)
  if (json) return print(`${JSON.stringify({ schema: 'xrbench.keygen/1', file }, null, 2)}\n`)
  if (quiet) return
  note(`A new key is in ${file}, which only you can read. Whoever has it can measure.`)
  note('Next, with a copy of it on the other machine:')
  note(`  xrbench serve --listen ADDRESS --key-file ${quoted(file)}`)
  note(`  xrbench run --peer ADDRESS --key-file ${quoted(file)}`)
}
