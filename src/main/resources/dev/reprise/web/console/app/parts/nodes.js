/** Nodes and how long ago they reported. */
import { html, nothing } from 'lit';
import { about, duration } from '../format.js';
import { href } from '../router.js';
import { t } from '../text.js';
import { empty } from './blank.js';
import { vars } from './part.js';
import { moment } from './time.js';
import { shortValue } from './value.js';

/**
 * @param readAt when the ages were read, by this computer's clock: they grow until they are read again
 * @param top whether their names are headings of the screen itself
 */
export function nodeCards(nodes, readAt, { top = false } = {}) {
  if (!nodes.length) return empty(t('noNodes'));
  return html`<ul class="nodes">${nodes.map((node) => {
    const age = node.heartbeatAgeMillis === undefined ? undefined : node.heartbeatAgeMillis + (Date.now() - readAt);
    const state = node.heartbeat === undefined ? 'left' : !node.alive ? 'dead' : age > node.leaseMillis / 2 ? 'late' : 'alive';
    return html`<li class="node ${state}">
      <header>${top ? html`<h2>${shortValue(node.name, 40)}</h2>` : html`<h3>${shortValue(node.name, 40)}</h3>`}${node.self ? html`<span class="tag">${t('thisNode')}</span>` : nothing}<span class="node-state">${t(`node.${state}`)}</span></header>
      <p class="node-beat">${age === undefined ? t('nodeLeft') : t('reported', age < 1000 ? t('justNow') : t('ago', about(age)), duration(node.leaseMillis))}</p>
      <div class="lease" aria-hidden="true" ${vars({ '--share': age === undefined ? 0 : Math.min(1, age / node.leaseMillis) })}><div></div></div>
      <dl class="facts">
        <div><dt>${t('runs')}</dt><dd>${node.running ? html`<a href=${href('executions', undefined, { status: 'RUNNING', node: node.name })}>${t('executionsCount', node.running)}</a>` : node.partitions ? nothing : t('nothing')}${node.partitions ? html` ${t('partitionsCount', node.partitions)}` : nothing}</dd></div>
        ${node.started === undefined ? nothing : html`<div><dt>${t('startedAt')}</dt><dd>${moment(node.started)}</dd></div>`}
        ${node.incarnation === undefined ? nothing : html`<div><dt>${t('incarnation')}</dt><dd>${node.incarnation}</dd></div>`}
        ${node.process === undefined ? nothing : html`<div><dt>${t('process')}</dt><dd>${shortValue(node.process, 50)}</dd></div>`}
      </dl>
    </li>`;
  })}</ul>`;
}
