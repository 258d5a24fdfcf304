import type { Chart } from '../charts/chart.js'
import type { Look } from '../charts/look.js'
import { heightOf, optionOf } from '../charts/option.js'
import { init } from './echarts.js'

/** `chart` as a picture by itself: an SVG document. Needs no browser. */
export function renderSvg(chart: Chart, { width, scheme }: Pick<Look, 'width' | 'scheme'>): string {
  const look: Look = { width, scheme, isPicture: true }
  const drawn = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width,
    height: heightOf(chart, look),
  })
  try {
    drawn.setOption(optionOf(chart, look))
    return drawn.renderToSVGString()
  } finally {
    drawn.dispose()
  }
}
