import { complete } from '../../run/asked.js'
import type { OptionNames } from '../../run/names.js'
import { singleErrand } from '../../run/single.js'
import { carryOut } from './carry-out.js'
import type { RunFlags } from './flags.js'
import { readRunFlags } from './request.js'

/** `xrbench run` */
export async function runAction(flags: RunFlags, names: OptionNames): Promise<void> {
  const asked = complete(readRunFlags(flags, names), names)
  await carryOut(singleErrand(asked, names), flags, names)
}
