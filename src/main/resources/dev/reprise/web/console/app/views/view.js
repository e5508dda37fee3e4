import { Part } from '../parts/part.js';

/** A screen: names the page after itself. */
export class View extends Part {
  updated() {
    document.title = `${this.heading} · Reprise`;
  }
}
