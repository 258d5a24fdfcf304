import { bashCompletion } from './bash.js'
import { fishCompletion } from './fish.js'
import type { SHELLS } from './shell-names.js'
import type { CommandSurface } from './surface.js'
import { zshCompletion } from './zsh.js'

/** Of each shell, what makes its script. */
export const COMPLETIONS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const satisfies Record<(typeof SHELLS)[number], (surface: readonly CommandSurface[]) => string>
