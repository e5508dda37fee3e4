/** Items per second of the last two minutes, as a line without axes. */
import { html, svg } from 'lit';
import { number, rate } from '../format.js';
import { rates } from '../progress.js';
import { t } from '../text.js';

const width = 240;
const height = 44;

export function sparkline(execution) {
  const points = rates(execution.id);
  if (points.length < 5) return html`<p class="muted sparkline-none">${t('sparklineSoon')}</p>`;
  const most = Math.max(1, ...points.map((point) => point.rate));
  const first = points[0].at;
  const span = Math.max(1, points.at(-1).at - first);
  const path = points
    .map((point) => `${(((point.at - first) / span) * (width - 6) + 3).toFixed(1)},${(height - 3 - (point.rate / most) * (height - 6)).toFixed(1)}`)
    .join(' ');
  const last = path.slice(path.lastIndexOf(' ') + 1).split(',');
  return html`<figure class="sparkline">
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label=${t('sparklineAlt', number(most), rate(points.at(-1).rate))}>
      ${svg`<polyline points=${path} class="spark-line"/><circle cx=${last[0]} cy=${last[1]} r="3" class="spark-dot"/>`}
    </svg>
    <figcaption>${t('sparklineCaption', number(most))}</figcaption>
  </figure>`;
}
