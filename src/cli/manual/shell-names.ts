/** For which there are completions. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
