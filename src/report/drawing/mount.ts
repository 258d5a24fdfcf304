/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { EChartsType } from 'echarts/core'
import type { Chart } from '../charts/chart.js'
import type { Look } from '../charts/look.js'
import { heightOf, optionOf } from '../charts/option.js'
import { init } from './echarts.js'

/** What fits between the margins of A4 and of US Letter, CSS pixels. */
const PRINT_WIDTH = 660

/** Draws every chart of the page into its place, for its width and ground, and anew when one of them changes. */
export function mount(page: Document): void {
  const charts: Chart[] = JSON.parse(page.getElementById('charts')?.textContent ?? '[]')
  const views = charts.flatMap((chart) => {
    const place = page.getElementById(`chart-${chart.id}`)
    return place === null ? [] : [new View(place, chart)]
  })
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const lookOf = ({ place }: View): Look => ({
    width: place.clientWidth,
    scheme: dark.matches ? 'dark' : 'light',
    isPicture: false,
  })
  const byPlace = new Map(views.map((view) => [view.place as Element, view]))
  // Those out of sight are drawn when they come near it: a page may have a hundred.
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const view = byPlace.get(target)
        if (isIntersecting && view !== undefined) view.draw(lookOf(view))
      }
    },
    { rootMargin: '600px' },
  )
  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const view = byPlace.get(target)
      if (view?.isDrawn) view.draw(lookOf(view))
    }
  })
  for (const view of views) {
    view.reserve(lookOf(view))
    near.observe(view.place)
    resized.observe(view.place)
  }
  const redraw = () => {
    for (const view of views) if (view.isDrawn) view.draw(lookOf(view))
  }
  dark.addEventListener('change', redraw)
  addEventListener('beforeprint', () => {
    for (const view of views) view.draw({ width: PRINT_WIDTH, scheme: 'light', isPicture: false })
  })
  addEventListener('afterprint', redraw)
}

class View {
  readonly place: HTMLElement
  readonly #chart: Chart
  #drawn: EChartsType | null = null
  #known = ''

  constructor(place: HTMLElement, chart: Chart) {
    this.place = place
    this.#chart = chart
  }

  get isDrawn(): boolean {
    return this.#drawn !== null
  }

  /** Takes the room it is going to need, so that the page does not jump. */
  reserve(look: Look): number {
    const height = heightOf(this.#chart, look)
    this.place.style.height = `${height}px`
    return height
  }

  draw(look: Look): void {
    const asked = `${look.width} ${look.scheme}`
    if (asked === this.#known || look.width === 0) return
    this.#known = asked
    const height = this.reserve(look)
    this.#drawn ??= init(this.place, null, { renderer: 'svg', width: look.width, height })
    this.#drawn.resize({ width: look.width, height })
    this.#drawn.setOption(optionOf(this.#chart, look), true)
  }
}
