/** Tells a drawing how wide it may be, now and whenever that changes. */
export class Width {
  value = 0;
  #host;
  #observer;
  constructor(host) {
    this.#host = host;
    host.addController(this);
  }
  hostConnected() {
    this.#observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width === this.value) return;
      this.value = width;
      this.#host.requestUpdate();
    });
    this.#observer.observe(this.#host);
  }
  hostDisconnected() {
    this.#observer.disconnect();
  }
}
