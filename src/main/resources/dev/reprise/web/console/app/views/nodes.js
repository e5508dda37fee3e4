import { html } from 'lit';
import { get } from '../api.js';
import { Listen } from '../live.js';
import { Load, Tick } from '../load.js';
import { skeleton } from '../parts/blank.js';
import { nodeCards } from '../parts/nodes.js';
import { t } from '../text.js';
import { View } from './view.js';

class Nodes extends View {
  #nodes = new Load(this, async (signal) => ({ ...(await get('nodes', {}, signal)), readAt: Date.now() }));

  constructor() {
    super();
    new Tick(this);
    new Tick(this, 5000, () => this.#nodes.soon());
    new Listen(this, { nodes: () => this.#nodes.soon(), reset: () => this.#nodes.soon() });
  }

  get heading() {
    return t('nav.nodes');
  }

  render() {
    return html`<h1>${this.heading}</h1>
      <p class="summary">${t('nodesWhat')}</p>
      ${this.#nodes.render((page) => nodeCards(page.items, page.readAt, { top: true }), skeleton(4))}`;
  }
}
customElements.define('reprise-nodes', Nodes);
