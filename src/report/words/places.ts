import type { CaseResult, LabFacts, ResultDocument } from '../../results/schema/schema.js'

/** The cases measured at one place, under a line that says where; `null`: it goes without saying. */
export interface PlaceGroup {
  title: string | null
  cases: CaseResult[]
}

/** Cases by the place they ran at, this machine first. */
export function groupByPlace(cases: readonly CaseResult[], { lab }: ResultDocument): PlaceGroup[] {
  const inLab = cases.filter(({ place }) => place === 'lab')
  const here = cases.filter(({ place }) => place !== 'lab')
  const groups = [
    { title: inLab.length === 0 ? null : 'on this machine', cases: here },
    { title: lab ? labWords(lab) : 'in the lab', cases: inLab },
  ]
  return groups.filter((group) => group.cases.length > 0)
}

/** `in the lab: two guests joined by a virtual wire, emulated CPU, kernel 6.1.0-1-amd64`. */
export function labWords({ guests, accelerator, kernel, netem }: LabFacts): string {
  const parts = [
    guests === 1 ? 'one guest' : 'two guests joined by a virtual wire',
    ...(netem === null ? [] : [`shaped by ${netem}`]),
    accelerator === 'tcg' ? 'emulated CPU' : 'KVM',
    `kernel ${kernel}`,
  ]
  return `in the lab: ${parts.join(', ')}`
}
