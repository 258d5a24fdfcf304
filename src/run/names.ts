/** What the user calls an option of a request, and whether it was given for this run. For errors. */
export interface OptionNames {
  /** `--size`, `XRBENCH_SIZE` or `sizesBytes`, of the option `size`. */
  label(option: string): string
  /** For this run alone, and not once for many by a variable. */
  isGiven(option: string): boolean
}
