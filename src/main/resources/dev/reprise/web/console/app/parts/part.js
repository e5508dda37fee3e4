import { LitElement } from 'lit';
import { Directive, directive } from 'lit/directive.js';

/** An element in the page's own document: the style sheets of the page apply, and labels reach what they name. */
export class Part extends LitElement {
  createRenderRoot() {
    return this;
  }
}

/** Sets custom properties through the CSSOM: the Content-Security-Policy forbids style attributes. */
export const vars = directive(
  class extends Directive {
    update(part, [values]) {
      for (const [name, value] of Object.entries(values)) part.element.style.setProperty(name, value);
    }
    render() {}
  },
);

let numbered = 0;

/** An id for labels and descriptions, unique in the page. */
export function uniqueId(prefix) {
  return `${prefix}-${++numbered}`;
}
